// wasmqtt-server against mosquitto, under the same load generator: messages a second that arrive.
import { amount, compare, report } from './harness.mjs';
import { load, startMosquitto, startWasmqttServer } from './servers.mjs';

const seconds = amount(Number(process.env.BENCH_SECONDS ?? 2));
const throughput = [
  ['TCP 1:1, QoS 0, 32 bytes', {}],
  ['TCP 1:100, QoS 0, 32 bytes', { subscribers: 100 }],
  ['TCP 1:1000, QoS 0, 32 bytes', { subscribers: 1000 }],
  ['TCP 1:1, QoS 0, 1 KiB', { payload: 1024 }],
  ['TCP 1:1, QoS 0, 64 KiB', { payload: 65536 }],
  ['TCP 1:1, QoS 1, 100 in flight', { qos: 1 }],
  ['TCP 1:1, QoS 2, 100 in flight', { qos: 2 }],
  ['TCP 100:1, QoS 1, 100 in flight each', { qos: 1, publishers: 100 }],
  ['WebSocket 1:1, QoS 0, 32 bytes', { transport: 'ws' }],
  ['WebSocket 1:100, QoS 0, 32 bytes', { transport: 'ws', subscribers: 100 }],
];

const [ours, theirs] = [await startWasmqttServer(), await startMosquitto()];
const rows = [];
const busiest = { generator: 0 };

async function measured(server, options) {
  const account = await load(server, { seconds, ...options });
  if (account.lost + account.duplicates + account.out_of_order > 0) {
    console.log(
      `  lost ${account.lost}, doubled ${account.duplicates}, out of order ${account.out_of_order}: ${JSON.stringify(options)}`,
    );
  }
  busiest.generator = Math.max(busiest.generator, account.own_cpu);
  return account.received_per_second;
}

try {
  for (const [title, options] of throughput) {
    rows.push(
      await compare(title, {
        unit: 'messages/s',
        ours: { name: ours.version, measure: () => measured(ours, options) },
        theirs: { name: theirs.version, measure: () => measured(theirs, options) },
      }),
    );
  }
} finally {
  await ours.stop();
  await theirs.stop();
}
report(rows);
console.log(`\nThe load generator used at most ${(busiest.generator * 100).toFixed(0)} % of a core.`);
