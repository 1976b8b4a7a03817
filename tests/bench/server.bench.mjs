// wasmqtt-server against mosquitto, under the same load generator: messages a second that arrive, and how late.
import { compare, table } from './harness.mjs';
import { load, startMosquitto, startWasmqttServer } from './servers.mjs';

const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const throughput = [
  ['TCP 1:1, QoS 0, 32 octets', {}],
  ['TCP 1:100, QoS 0, 32 octets', { subscribers: 100 }],
  ['TCP 1:1000, QoS 0, 32 octets', { subscribers: 1000 }],
  ['TCP 1:1, QoS 0, 1 KiB', { payload: 1024 }],
  ['TCP 1:1, QoS 1, 100 in flight', { qos: 1 }],
  ['TCP 1:1, QoS 2, 100 in flight', { qos: 2 }],
  ['WebSocket 1:1, QoS 0, 32 octets', { transport: 'ws' }],
  ['WebSocket 1:100, QoS 0, 32 octets', { transport: 'ws', subscribers: 100 }],
];

const [ours, theirs] = [await startWasmqttServer(), await startMosquitto()];
const rows = [];
const busiest = { generator: 0 };

async function measured(server, options) {
  const report = await load(server, { seconds, ...options });
  if (report.lost + report.duplicates + report.out_of_order > 0) {
    console.log(`  lost ${report.lost}, doubled ${report.duplicates}, out of order ${report.out_of_order}: ${JSON.stringify(options)}`);
  }
  busiest.generator = Math.max(busiest.generator, report.own_cpu);
  return report;
}

try {
  for (const [title, options] of throughput) {
    const measure = (server) => async () => (await measured(server, options)).received_per_second;
    rows.push(
      await compare(title, {
        unit: 'messages/s',
        ours: { name: 'wasmqtt-server', measure: measure(ours) },
        theirs: { name: 'mosquitto', measure: measure(theirs) },
      }),
    );
  }
  const late = (server) => async () => (await measured(server, { rate: 10_000 })).latency_us.p99;
  rows.push(
    await compare('TCP 1:1, QoS 0, 10,000 messages/s: p99 latency', {
      unit: 'us',
      higherIsBetter: false,
      ours: { name: 'wasmqtt-server', measure: late(ours) },
      theirs: { name: 'mosquitto', measure: late(theirs) },
    }),
  );
} finally {
  await ours.stop();
  await theirs.stop();
}
console.log(`\n${table(rows)}\n\nThe load generator used at most ${(busiest.generator * 100).toFixed(0)} % of a core.`);
