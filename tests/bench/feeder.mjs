// A WebSocket server that gives whoever subscribes a stream of packed PUBLISH packets, made once and sent as fast as they are
// taken. Runs as a process of its own: node feeder.mjs MESSAGES MESSAGES_A_FRAME; prints its port.
import mqttPacket from 'mqtt-packet';
import { WebSocketServer } from 'ws';

const [messages, perFrame] = process.argv.slice(2).map(Number);
const one = mqttPacket.generate({ cmd: 'publish', topic: 'bench/device/1/value', payload: Buffer.alloc(32, 'x'), qos: 0, retain: false, dup: false, messageId: 0 });
const frame = Buffer.concat(Array.from({ length: perFrame }, () => one));
const highWaterMark = 4 * 1024 * 1024;

function feed(socket) {
  let sent = 0;
  const more = () => {
    while (sent < messages && socket.bufferedAmount < highWaterMark) {
      socket.send(frame);
      sent += perFrame;
    }
    if (sent < messages) setImmediate(more);
  };
  more();
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'mqtt' });
server.on('listening', () => console.log(server.address().port));
server.on('connection', (socket) => {
  const parser = mqttPacket.parser();
  parser.on('packet', (packet) => {
    if (packet.cmd === 'connect') socket.send(mqttPacket.generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }));
    if (packet.cmd !== 'subscribe') return;
    socket.send(mqttPacket.generate({ cmd: 'suback', messageId: packet.messageId, granted: [0] }));
    feed(socket);
  });
  socket.on('message', (data) => parser.parse(data));
});
