// How late messages arrive at 10,000 a second, 1:1, through wasmqtt-server and through mosquitto: the percentiles of many short
// rounds, in turns, and the median of each percentile. A round in which the machine was busy with something else does not decide.
import { compareSeveral, median, report, rounded } from './harness.mjs';
import { load, startMosquitto, startWasmqttServer } from './servers.mjs';

const repeats = Number(process.env.BENCH_REPEATS ?? 21);
const [ours, theirs] = [await startWasmqttServer(), await startMosquitto()];
const accounts = [];

const late = (server, transport) => async () => {
  const account = await load(server, { transport, rate: 10_000, seconds: 1, 'warm-up': 0.2 });
  accounts.push(account);
  return account.latency_us;
};

const rows = [];
try {
  for (const [name, transport] of [
    ['TCP', 'tcp'],
    ['WebSocket', 'ws'],
  ]) {
    const title = (share) => `${name} 1:1, QoS 0, 10,000 messages/s: ${share} latency`;
    rows.push(
      ...(await compareSeveral(
        { p50: title('p50'), p99: title('p99') },
        {
          unit: 'us',
          higherIsBetter: false,
          repeats,
          ours: { name: ours.version, measure: late(ours, transport) },
          theirs: { name: theirs.version, measure: late(theirs, transport) },
        },
      )),
    );
  }
} finally {
  await ours.stop();
  await theirs.stop();
}
report(rows);
const of = (pick) => median(accounts.map(pick));
console.log(
  `\nThe load generator used ${rounded(of((account) => account.own_cpu * 100))} % of a core, the servers ` +
    `${rounded(of((account) => account.server_cpu * 100))} %; it sent a message ${rounded(of((account) => account.lateness_us.p50))} us (p50), ` +
    `${rounded(of((account) => account.lateness_us.p99))} us (p99) later than due: what is below that is its own doing.`,
);
