// The largest packet that MQTT has (268,435,455 bytes behind its fixed header) through wasmqtt-server: whole, how fast, and how
// many copies of it were in memory.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';

import mqttPacket from 'mqtt-packet';

import { markdown, rounded } from './harness.mjs';
import { memory, startWasmqttServer } from './servers.mjs';

const remainingLength = 268_435_455;
const topic = 'large';
const block = randomBytes(1 << 20);

// A socket whose CONNACK has come.
async function connected(port, clientId) {
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(mqttPacket.generate({ cmd: 'connect', clientId, keepalive: 0, clean: true }));
  await once(socket, 'data');
  return socket;
}

async function write(socket, digest, bytes) {
  digest.update(bytes);
  if (!socket.write(bytes)) await once(socket, 'drain');
}

async function through(qos) {
  const server = await startWasmqttServer();
  try {
    const [subscriber, publisher] = [
      await connected(server.tcpPort, 'subscriber'),
      await connected(server.tcpPort, 'publisher'),
    ];
    subscriber.write(mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] }));
    await once(subscriber, 'data');
    const identifier = qos === 0 ? [] : [0, 1];
    const head = Buffer.from([
      0x30 | (qos << 1),
      0xff,
      0xff,
      0xff,
      0x7f,
      0,
      topic.length,
      ...Buffer.from(topic),
      ...identifier,
    ]);
    const payload = remainingLength - 2 - topic.length - identifier.length;

    const [sent, received] = [createHash('sha256'), createHash('sha256')];
    let left = head.length + payload;
    const arrived = new Promise((resolve) => {
      subscriber.on('data', (bytes) => {
        received.update(bytes);
        if ((left -= bytes.length) <= 0) resolve();
      });
    });
    const before = memory(server.pid, 'VmHWM');
    const begin = performance.now();
    await write(publisher, sent, head);
    for (let rest = payload; rest > 0; rest -= block.length) await write(publisher, sent, block.subarray(0, rest));
    await arrived;
    const seconds = (performance.now() - begin) / 1000;
    const copies = (memory(server.pid, 'VmHWM') - before) / payload;
    if (left !== 0 || sent.digest('hex') !== received.digest('hex'))
      throw new Error('it did not arrive as it was sent');
    publisher.destroy();
    subscriber.destroy();
    return [`QoS ${qos}`, payload.toLocaleString('en'), seconds.toFixed(2), rounded(copies)];
  } finally {
    await server.stop();
  }
}

const lines = [];
for (const qos of [0, 1, 2]) lines.push(await through(qos));
console.log(markdown(['', 'bytes of payload', 'seconds', 'copies in memory'], lines));
