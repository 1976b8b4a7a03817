// Messages decoded from packed 16 KiB chunks: the engine up to its `message` callback, against mqtt-packet's parser.
import mqttPacket from 'mqtt-packet';
import { connectPacket, loadEngine, clientSource, sink } from './engine.mjs';
import { amount, compare, report } from './harness.mjs';

const messages = amount(Number(process.env.BENCH_MESSAGES ?? 1_000_000));
const chunkSize = 16 * 1024;
const { ClientMachine, Engine } = await loadEngine();
const source = await clientSource();

// Chunks that hold whole and cut packets alike, as a stream does. They come round again until enough messages have passed: few
// enough that they lie in the processor's cache, as bytes do that have just been received.
const period = 1000;

function chunksOf(payloadSize, topics) {
  const packets = [];
  for (let i = 0; i < period; ++i) {
    const payload = Buffer.alloc(payloadSize, 65 + (i % 26));
    packets.push(
      mqttPacket.generate({
        cmd: 'publish',
        topic: `site/machine${i % topics}/temperature`,
        payload,
        qos: 0,
        retain: false,
        dup: false,
      }),
    );
  }
  const stream = Buffer.concat(packets);
  const chunks = [];
  for (let at = 0; at < stream.length; at += chunkSize)
    chunks.push(new Uint8Array(stream.subarray(at, at + chunkSize)));
  return chunks;
}

async function engineRate(chunks) {
  let count = 0;
  let bytes = 0;
  const engine = new Engine(source);
  await engine.ready;
  const client = new ClientMachine(
    engine,
    {},
    sink({
      message: (topic, payload) => {
        ++count;
        bytes += payload.length + topic.length;
      },
    }),
  );
  client.startAttempt();
  client.transportOpened(connectPacket);
  client.receive(new Uint8Array([0x20, 2, 0, 0]));
  const rate = timed(
    () => {
      for (const chunk of chunks) client.receive(chunk);
    },
    () => count,
  );
  engine.dispose();
  if (bytes === 0) throw new Error('nothing was decoded');
  return rate;
}

async function parserRate(chunks) {
  let count = 0;
  let bytes = 0;
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  parser.on('packet', (packet) => {
    ++count;
    bytes += packet.payload.length + packet.topic.length;
  });
  const buffers = chunks.map((chunk) => Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
  const rate = timed(
    () => {
      for (const buffer of buffers) parser.parse(buffer);
    },
    () => count,
  );
  if (bytes === 0) throw new Error('nothing was decoded');
  return rate;
}

function timed(round, counted) {
  for (let warm = 0; warm < 20; ++warm) round();
  const before = counted();
  // Time on the processor, not on the wall: what else runs on the machine does not count.
  const begin = process.cpuUsage();
  const rounds = Math.ceil(messages / period);
  for (let i = 0; i < rounds; ++i) round();
  const { user, system } = process.cpuUsage(begin);
  const seconds = (user + system) / 1e6;
  const count = counted() - before;
  if (count !== rounds * period) throw new Error(`${count} messages instead of ${rounds * period}`);
  return count / seconds;
}

const rows = [];
for (const [title, payloadSize, topics] of [
  ['decode QoS 0, 32 bytes, one topic', 32, 1],
  ['decode QoS 0, 32 bytes, 100 topics', 32, 100],
  ['decode QoS 0, 1 KiB, 100 topics', 1024, 100],
]) {
  const load = chunksOf(payloadSize, topics);
  rows.push(
    await compare(title, {
      unit: 'messages/s of CPU',
      ours: { name: 'wasmqtt', measure: () => engineRate(load) },
      theirs: { name: 'mqtt-packet', measure: () => parserRate(load) },
    }),
  );
}
report(rows);
