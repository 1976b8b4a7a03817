// Many subscribers of one topic: what a delivery costs the server when 10,000 get a message, against 100; and whether one
// subscriber of 1,000 that stops reading is felt by the others.
import * as mqttjs from 'mqtt';

import { markdown, median, rounded } from './harness.mjs';
import { load, memory, startWasmqttServer } from './servers.mjs';

const repeats = Number(process.env.BENCH_REPEATS ?? 5);

// Microseconds of the server's processor for each delivery. The same number of deliveries a second, so that each message goes to
// all subscribers before the next comes, and each delivery is a write of its own.
async function costPerDelivery() {
  const deliveriesPerSecond = 100_000;
  const cost = { 100: [], 10_000: [] };
  const server = await startWasmqttServer();
  try {
    for (let i = 0; i < repeats; ++i) {
      for (const subscribers of [100, 10_000]) {
        const { server_cpu, received_per_second, lost } = await load(server, {
          subscribers,
          rate: deliveriesPerSecond / subscribers,
          seconds: 3,
        });
        if (lost > 0) throw new Error(`${lost} lost`);
        cost[subscribers].push((server_cpu * 1e6) / received_per_second);
      }
    }
  } finally {
    await server.stop();
  }
  const [few, many] = [median(cost[100]), median(cost[10_000])];
  return [rounded(few), rounded(many), (many / few).toFixed(2)];
}

// The next value that $SYS tells of.
async function dropped(server) {
  const client = await mqttjs.connectAsync(`mqtt://127.0.0.1:${server.tcpPort}`);
  const values = [];
  const second = new Promise((resolve) => {
    client.on('message', (_, payload) => values.push(Number(payload)) === 2 && resolve());
  });
  await client.subscribeAsync('$SYS/broker/publish/messages/dropped');
  // The first is what was retained; it may be of the last interval.
  await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 2500))]);
  await client.endAsync();
  return values.at(-1) ?? 0;
}

async function oneSlowSubscriber() {
  const limit = 256 * 1024;
  const server = await startWasmqttServer({ flags: ['--max-output', String(limit), '--statistics-interval', '1'] });
  const latencies = { none: [], one: [] };
  const accounts = { none: { lost: 0 }, one: { lost: 0 } };
  const peak = {};
  try {
    for (let i = 0; i < repeats; ++i) {
      for (const [key, stalled] of [
        ['none', 0],
        ['one', 1],
      ]) {
        const account = await load(server, { subscribers: 1000, stalled, rate: 50, payload: 2048, seconds: 4 });
        latencies[key].push(account.latency_us);
        accounts[key].lost += account.lost;
        peak[key] ??= memory(server.pid, 'VmHWM');
      }
    }
    const drops = await dropped(server);
    if (drops === 0) throw new Error('the slow subscriber was not slow: nothing was dropped');
    const line = (title, key) => {
      const of = (share) => rounded(median(latencies[key].map((latency) => latency[share])));
      return [title, of('p50'), of('p99'), accounts[key].lost, rounded(peak[key] / 1024)];
    };
    return { lines: [line('all read', 'none'), line('one more that reads nothing', 'one')], drops, limit };
  } finally {
    await server.stop();
  }
}

const cost = await costPerDelivery();
console.log(markdown(['us of the server for a delivery: to 100', 'to 10,000', 'times'], [cost]));
const { lines, drops, limit } = await oneSlowSubscriber();
console.log(
  `\n${markdown(['1,000 subscribers, 50 messages/s of 2 KiB', 'p50 us', 'p99 us', 'lost by them', 'peak KiB of the server'], lines)}`,
);
console.log(
  `\nOf the slow subscriber, $SYS counted ${rounded(drops)} messages dropped in ${repeats} rounds; at most ${limit / 1024} KiB may wait for it (--max-output).`,
);
