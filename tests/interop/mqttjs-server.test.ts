// MQTT.js, unmodified, exchanges messages with wasmqtt-server over TCP and WebSocket, and through the relay with mosquitto.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';

import { startMosquitto, startServer, type RunningServer } from '../support/servers.ts';

const versions = [
  { protocolVersion: 3, protocolId: 'MQIsdp' },
  { protocolVersion: 4, protocolId: 'MQTT' },
  { protocolVersion: 5, protocolId: 'MQTT' },
] as const;
const qualities = [0, 1, 2] as const;

const open: MqttClient[] = [];
let identifiers = 0;

async function connect(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { clientId: `mqttjs-${++identifiers}`, reconnectPeriod: 0, ...options });
  open.push(client);
  return client;
}

interface Received {
  topic: string;
  payload: string;
  qos: number;
  retain: boolean;
}

// The next `count` messages.
function messages(client: MqttClient, count: number): Promise<Received[]> {
  const received: Received[] = [];
  return new Promise((resolve) => {
    client.on('message', (topic, payload, packet) => {
      received.push({ topic, payload: payload.toString(), qos: packet.qos, retain: packet.retain });
      if (received.length === count) resolve(received);
    });
  });
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.endAsync(true)));
});

describe('MQTT.js and wasmqtt-server as a broker', () => {
  let server: RunningServer;
  beforeAll(async () => void (server = await startServer()));
  afterAll(() => server?.stop());
  const urls = () => [`mqtt://127.0.0.1:${server.tcpPort}`, `ws://127.0.0.1:${server.webSocketPort}/mqtt`];

  it.each(versions)(
    'exchange messages at every QoS over both transports ($protocolId $protocolVersion)',
    async (version) => {
      for (const url of urls()) {
        for (const qos of qualities) {
          const subscriber = await connect(url, version);
          await subscriber.subscribeAsync(`exchange/${qos}/+`, { qos });
          const received = messages(subscriber, 20);
          const publisher = await connect(url, version);
          for (let i = 0; i < 20; ++i) await publisher.publishAsync(`exchange/${qos}/x`, String(i), { qos });
          const expected = Array.from({ length: 20 }, (_, i) => ({
            topic: `exchange/${qos}/x`,
            payload: String(i),
            qos,
            retain: false,
          }));
          expect(await received).toEqual(expected);
        }
      }
    },
  );

  it('hand a retained message to a later subscriber until it is cleared', async () => {
    for (const url of urls()) {
      const publisher = await connect(url);
      await publisher.publishAsync('kept', 'still here', { qos: 1, retain: true });
      const subscriber = await connect(url);
      const received = messages(subscriber, 1);
      await subscriber.subscribeAsync('kept', { qos: 1 });
      expect(await received).toEqual([{ topic: 'kept', payload: 'still here', qos: 1, retain: true }]);
      await publisher.publishAsync('kept', '', { qos: 1, retain: true });
      const late = await connect(url);
      const live = messages(late, 1);
      await late.subscribeAsync('kept');
      await publisher.publishAsync('kept', 'now');
      expect(await live).toEqual([{ topic: 'kept', payload: 'now', qos: 0, retain: false }]);
    }
  });

  it('publish the will of a client whose socket breaks, and none after a DISCONNECT', async () => {
    for (const url of urls()) {
      const watcher = await connect(url);
      await watcher.subscribeAsync('will/#', { qos: 1 });
      const received = messages(watcher, 2);
      const will = { topic: 'will/device', payload: Buffer.from('gone'), qos: 1 as const, retain: false };
      const polite = await connect(url, { will });
      await polite.endAsync();
      await (await connect(url)).publishAsync('will/between', 'nothing yet', { qos: 1 });
      const lost = await connect(url, { will });
      lost.stream.destroy();
      expect((await received).map(({ topic }) => topic)).toEqual(['will/between', 'will/device']);
    }
  });

  it('resume a session with what was published meanwhile', async () => {
    for (const url of urls()) {
      const session = { clientId: `sleeper-${++identifiers}`, clean: false };
      const before = await connect(url, session);
      await before.subscribeAsync('news', { qos: 2 });
      await before.endAsync();
      const publisher = await connect(url);
      for (let i = 0; i < 5; ++i) await publisher.publishAsync('news', String(i), { qos: 2 });
      const after = mqtt.connect(url, { ...session, reconnectPeriod: 0 });
      open.push(after);
      const received = messages(after, 5);
      const sessionPresent = await new Promise((resolve) =>
        after.once('connect', (connack) => resolve(connack.sessionPresent)),
      );
      expect(sessionPresent).toBe(true);
      expect((await received).map(({ payload }) => payload)).toEqual(['0', '1', '2', '3', '4']);
    }
  });

  it('tell a 5.0 client why its connection ended', async () => {
    const url = urls()[0] as string;
    const first = await connect(url, { clientId: 'the-same', protocolVersion: 5 });
    const reasonCode = new Promise((resolve) => first.once('disconnect', (packet) => resolve(packet.reasonCode)));
    await connect(url, { clientId: 'the-same', protocolVersion: 5 });
    expect(await reasonCode).toBe(0x8e);
  });
});

describe('MQTT.js over WebSocket through the relay to mosquitto', () => {
  let upstream: RunningServer;
  let relay: RunningServer;
  beforeAll(async () => {
    upstream = await startMosquitto();
    relay = await startServer('--upstream', `mqtt://127.0.0.1:${upstream.tcpPort}`);
  });
  afterAll(async () => {
    await relay?.stop();
    await upstream?.stop();
  });

  it.each(versions)(
    'exchanges messages with devices on its TCP port ($protocolId $protocolVersion)',
    async (version) => {
      const browser = await connect(`ws://127.0.0.1:${relay.webSocketPort}/mqtt`, version);
      const device = await connect(`mqtt://127.0.0.1:${upstream.tcpPort}`, version);
      for (const qos of qualities) {
        await browser.subscribeAsync(`up/${qos}`, { qos });
        await device.subscribeAsync(`down/${qos}`, { qos });
        const [up, down] = [messages(browser, 1), messages(device, 1)];
        await device.publishAsync(`up/${qos}`, 'measured', { qos });
        await browser.publishAsync(`down/${qos}`, 'commanded', { qos });
        expect(await up).toEqual([{ topic: `up/${qos}`, payload: 'measured', qos, retain: false }]);
        expect(await down).toEqual([{ topic: `down/${qos}`, payload: 'commanded', qos, retain: false }]);
        browser.removeAllListeners('message');
        device.removeAllListeners('message');
      }
    },
  );

  it('carries retained messages, wills and large payloads', async () => {
    const webSocket = `ws://127.0.0.1:${relay.webSocketPort}/mqtt`;
    const device = await connect(`mqtt://127.0.0.1:${upstream.tcpPort}`);
    const large = 'x'.repeat(1 << 20);
    await device.publishAsync('kept/large', large, { qos: 1, retain: true });
    const browser = await connect(webSocket);
    const received = messages(browser, 2);
    await browser.subscribeAsync(['kept/#', 'will'], { qos: 1 });
    const doomed = await connect(webSocket, {
      will: { topic: 'will', payload: Buffer.from('gone'), qos: 1, retain: false },
    });
    doomed.stream.destroy();
    expect((await received).map(({ topic, payload }) => [topic, payload.length])).toEqual([
      ['kept/large', large.length],
      ['will', 4],
    ]);
  });
});
