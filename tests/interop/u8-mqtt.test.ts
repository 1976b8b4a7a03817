// u8-mqtt, which is deaf after a packet that was split between frames, with wasmqtt-server and with mosquitto through
// the relay: as a program of Node, and as in a browser, whose handshake is another.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connectAsync, type MqttClient } from 'wasmqtt';
import mqttClient from 'u8-mqtt';
import { WebSocket } from 'ws';

import { Collector } from '../support/events.ts';
import { startMosquitto, startServer, type RunningServer } from '../support/servers.ts';

const browserHeaders = { Origin: 'http://localhost', 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)' };

interface Received {
  topic: string;
  payload: Buffer;
}

/** u8-mqtt over ws, connected, and what it gets at `topic`. */
async function u8Client(url: string, headers: Record<string, string>, topic: string, qos: 0 | 1) {
  const socket = new WebSocket(url, ['mqtt'], { headers });
  const client = mqttClient();
  client.log_conn = () => undefined;
  client.with_websock(socket);
  await client.connect({ client_id: `u8-${topic}-${qos}` });
  const messages = new Collector<Received>();
  client.on_topic(topic, (packet: { topic: string; payload: Uint8Array }) => {
    messages.add({ topic: packet.topic, payload: Buffer.from(packet.payload) });
  });
  await client.subscribe([[topic, qos]]);
  return { client, socket, messages };
}

describe.each<[string, () => Promise<{ webSocketPort: number; devicePort: number; stop(): Promise<void> }>]>([
  [
    'wasmqtt-server',
    async () => {
      const server = await startServer();
      return { webSocketPort: server.webSocketPort, devicePort: server.tcpPort, stop: () => server.stop() };
    },
  ],
  [
    'mosquitto through the relay',
    async () => {
      const upstream: RunningServer = await startMosquitto();
      const relay = await startServer('--upstream', `mqtt://127.0.0.1:${upstream.tcpPort}`);
      const stop = async (): Promise<void> => {
        await relay.stop();
        await upstream.stop();
      };
      return { webSocketPort: relay.webSocketPort, devicePort: upstream.tcpPort, stop };
    },
  ],
])('u8-mqtt and %s', (_name, start) => {
  let server: Awaited<ReturnType<typeof start>>;
  let device: MqttClient;
  const sockets: WebSocket[] = [];
  beforeAll(async () => {
    server = await start();
    device = await connectAsync(`mqtt://127.0.0.1:${server.devicePort}`);
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.terminate();
  });
  afterAll(async () => {
    await device?.endAsync(true);
    await server?.stop();
  });

  const places: [string, Record<string, string>][] = [
    ['in Node', {}],
    ['in a browser', browserHeaders],
  ];
  describe.each(places)('%s', (place, headers) => {
    it.each([0, 1] as const)('exchange a burst of messages and payloads to 3 MiB at QoS %i', async (qos) => {
      const topic = `u8/${place}`;
      const { client, socket, messages } = await u8Client(
        `ws://127.0.0.1:${server.webSocketPort}/mqtt`,
        headers,
        topic,
        qos,
      );
      sockets.push(socket);
      const texts = Array.from({ length: 100 }, (_, at) => Buffer.from(`message ${at}`));
      const large = [20_000, 65_536, 200_000, 1024 * 1024, 3 * 1024 * 1024].map((size) =>
        Buffer.alloc(size, String(size)),
      );
      const payloads = [...texts, ...large, Buffer.from('the last')];
      await Promise.all(payloads.map((payload) => device.publishAsync(topic, payload, { qos })));
      const received = await messages.first(payloads.length);
      expect(received.map(({ payload }) => payload.length)).toEqual(payloads.map(({ length }) => length));
      expect(received.every(({ payload }, at) => payload.equals(payloads[at]!))).toBe(true);

      const back = new Collector<Buffer>();
      device.on('message', (_topic, payload) => back.add(Buffer.from(payload)));
      await device.subscribeAsync(`back/${topic}`, { qos });
      // Its publish() of QoS 0 throws in 0.6.7, wherever it is connected.
      await Promise.all(payloads.map((payload) => client.publish({ topic: `back/${topic}`, payload, qos: 1 })));
      expect((await back.first(payloads.length)).every((payload, at) => payload.equals(payloads[at]!))).toBe(true);
      device.removeAllListeners('message');
      await device.unsubscribeAsync(`back/${topic}`);
    });
  });
});
