// A WebSocket server that gives whoever subscribes a stream of packed PUBLISH packets, made once and sent as fast as they are
// taken. Runs as a process of its own: node feeder.mjs MESSAGES MESSAGES_A_FRAME; prints its port.
import http from 'node:http';
import mqttPacket from 'mqtt-packet';
import { WebSocketServer } from 'ws';

const [messages, perFrame] = process.argv.slice(2).map(Number);
const one = mqttPacket.generate({
  cmd: 'publish',
  topic: 'bench/device/1/value',
  payload: Buffer.alloc(32, 'x'),
  qos: 0,
  retain: false,
  dup: false,
  messageId: 0,
});
const repeated = (bytes, count) => Buffer.concat(Array.from({ length: count }, () => bytes));

// A final binary frame, as a server sends it. [RFC6455 5.2]
function frameOf(payload) {
  const { length } = payload;
  if (length > 0xffff) throw new RangeError('a frame of the feeder is at most 64 KiB');
  const head = length < 126 ? [0x82, length] : [0x82, 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), payload]);
}

// Large writes, the next one when the kernel has taken the one before: a feeder that looked whether there is room again and again
// would take the processor from who receives.
const frame = frameOf(repeated(one, perFrame));
const framesOfWrite = Math.max(1, Math.floor((256 * 1024) / frame.length));
const write = repeated(frame, framesOfWrite);
const writesOnTheWay = 2;

function feed(socket) {
  let frames = messages / perFrame;
  const more = () => {
    if (frames <= 0) return;
    const count = Math.min(frames, framesOfWrite);
    frames -= count;
    socket.write(write.subarray(0, count * frame.length), more);
  };
  for (let i = 0; i < writesOnTheWay; ++i) more();
}

const webSockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'mqtt' });
const server = http.createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));
server.on('upgrade', (request, socket, head) => {
  webSockets.handleUpgrade(request, socket, head, (webSocket) => {
    const parser = mqttPacket.parser();
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect')
        webSocket.send(mqttPacket.generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }));
      if (packet.cmd !== 'subscribe') return;
      webSocket.send(mqttPacket.generate({ cmd: 'suback', messageId: packet.messageId, granted: [0] }));
      feed(socket);
    });
    webSocket.on('message', (data) => parser.parse(data));
  });
});
