// A device that publishes small messages over TCP as fast as somebody takes them: node device.mjs PORT. It starts with the first
// message on the topic `credit`, whose text is how many messages have arrived, and never has more than a window of them on the
// way.
import { once } from 'node:events';
import net from 'node:net';

import mqttPacket from 'mqtt-packet';

const window = 100_000;
const perWrite = 250;
const publish = mqttPacket.generate({
  cmd: 'publish',
  topic: 'device/1/value',
  payload: Buffer.alloc(32, 'x'),
  qos: 0,
  retain: false,
  dup: false,
});
const block = Buffer.concat(Array.from({ length: perWrite }, () => publish));

const socket = net.connect(Number(process.argv[2]), '127.0.0.1');
socket.setNoDelay();
let sent = 0;
let arrived = 0;
let asked = false;
function send() {
  while (sent - arrived < window && !socket.writableNeedDrain) {
    socket.write(block);
    sent += perWrite;
  }
}
const parser = mqttPacket.parser();
parser.on('packet', (packet) => {
  if (packet.cmd === 'suback') console.log('ready');
  if (packet.cmd !== 'publish') return;
  arrived = Number(packet.payload);
  asked = true;
  send();
});
socket.on('data', (bytes) => parser.parse(bytes)).on('drain', () => asked && send());
socket.on('error', () => process.exit(1)).on('close', () => process.exit());
await once(socket, 'connect');
socket.write(mqttPacket.generate({ cmd: 'connect', clientId: 'device', keepalive: 0, clean: true }));
socket.write(mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'credit', qos: 0 }] }));
