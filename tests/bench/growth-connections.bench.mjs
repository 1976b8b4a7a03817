// Idle connections over TCP, of sources in 127.0.0.0/8: how fast they are accepted, and the memory of the server's process for
// each.
import { compare, markdown, report, rounded } from './harness.mjs';
import { descriptorsOf, holdConnections, memory, startMosquitto, startWasmqttServer } from './servers.mjs';

const spare = 1000;
const wanted = Number(process.env.BENCH_CONNECTIONS ?? 100_000);
const descriptors = descriptorsOf(wanted + spare);
const count = Math.min(wanted, descriptors - spare);
if (count < wanted) console.log(`The limit of open files leaves ${count} connections of ${wanted}.`);

async function acceptRate(server) {
  const connections = await holdConnections(server, { count: Math.min(count, 20_000), descriptors });
  await connections.stop();
  return connections.per_second;
}

// Of a process that has served no connection before.
async function memoryOfEach(start) {
  const server = await start({ descriptors });
  try {
    const before = memory(server.pid, 'VmRSS');
    const connections = await holdConnections(server, { count, descriptors });
    const bytes = (memory(server.pid, 'VmRSS') - before) / count;
    await connections.stop();
    return [server.version, count.toLocaleString('en'), rounded(bytes), rounded(connections.per_second)];
  } finally {
    await server.stop();
  }
}

const [ours, theirs] = [await startWasmqttServer({ descriptors }), await startMosquitto({ descriptors })];
const rows = [];
try {
  const accepting = (server) => ({ name: server.version, measure: () => acceptRate(server) });
  rows.push(
    await compare('connections accepted, up to CONNACK', {
      unit: '/s',
      repeats: 5,
      ours: accepting(ours),
      theirs: accepting(theirs),
    }),
  );
} finally {
  await ours.stop();
  await theirs.stop();
}
const lines = [await memoryOfEach(startWasmqttServer), await memoryOfEach(startMosquitto)];
report(rows);
console.log(`\n${markdown(['', 'idle connections', 'bytes of resident memory each', 'accepted a second'], lines)}`);
