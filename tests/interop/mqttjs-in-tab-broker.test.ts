// MQTT.js, unmodified, through broker.WebSocket: by its option createWebsocket, and by the global WebSocket being
// that class.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { createBroker, type Broker } from 'wasmqtt/broker';

import { Collector, nextEvent } from '../support/events.ts';

let broker: Broker;
let clients: MqttClient[];
const ownWebSocket = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');

beforeEach(() => {
  broker = createBroker();
  clients = [];
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  await broker.close();
  if (ownWebSocket === undefined) Reflect.deleteProperty(globalThis, 'WebSocket');
  else Object.defineProperty(globalThis, 'WebSocket', ownWebSocket);
});

// forceNativeWebSocket makes MQTT.js take in Node the way that it takes in a browser.
async function connected(options: IClientOptions): Promise<MqttClient> {
  const client = await mqtt.connectAsync('ws://in-tab/mqtt', { forceNativeWebSocket: true, ...options });
  clients.push(client);
  return client;
}

const viaOption = (): IClientOptions => ({
  createWebsocket: (url, subprotocols) => new broker.WebSocket(url, subprotocols),
});

describe.each([
  { protocolVersion: 3, protocolId: 'MQIsdp' },
  { protocolVersion: 4, protocolId: 'MQTT' },
  { protocolVersion: 5, protocolId: 'MQTT' },
] as const)('MQTT.js with $protocolId $protocolVersion', (version) => {
  it('exchanges messages of every QoS with itself and with in-tab clients', async () => {
    const [theirs, ours] = await Promise.all([connected({ ...version, ...viaOption() }), broker.connectAsync()]);
    const messages = new Collector<string>();
    theirs.on('message', (_topic, payload, { qos }) => messages.add(`theirs ${payload.toString()} ${qos}`));
    ours.on('message', (_topic, payload, { qos }) => messages.add(`ours ${payload.toString()} ${qos}`));
    await theirs.subscribeAsync('to/theirs', { qos: 2 });
    await ours.subscribeAsync('to/ours', { qos: 2 });
    for (const qos of [0, 1, 2] as const) {
      await theirs.publishAsync('to/theirs', 'self', { qos });
      await theirs.publishAsync('to/ours', 'them', { qos });
      await ours.publishAsync('to/theirs', 'us', { qos });
    }
    expect((await messages.first(9)).sort()).toEqual([
      ...[0, 1, 2].map((qos) => `ours them ${qos}`),
      ...[0, 1, 2].map((qos) => `theirs self ${qos}`),
      ...[0, 1, 2].map((qos) => `theirs us ${qos}`),
    ]);
    await theirs.unsubscribeAsync('to/theirs');
  });

  it('gets retained messages, and leaves its will', async () => {
    const watcher = await broker.connectAsync();
    await watcher.subscribeAsync('gone');
    await broker.publish('state', 'on', { retain: true });
    const theirs = await connected({
      ...version,
      ...viaOption(),
      will: { topic: 'gone', payload: Buffer.from('yes'), qos: 1, retain: false },
    });
    const arriving = nextEvent<[string, Buffer, { retain: boolean }]>(theirs, 'message');
    await theirs.subscribeAsync('state');
    const [, payload, { retain }] = await arriving;
    expect([payload.toString(), retain]).toEqual(['on', true]);
    const leaving = nextEvent<[string, Uint8Array]>(watcher, 'message');
    await theirs.endAsync(true);
    expect(String((await leaving)[1])).toBe('yes');
  });
});

describe('MQTT.js', () => {
  it('reaches the broker through the global WebSocket', async () => {
    Object.defineProperty(globalThis, 'WebSocket', { value: broker.WebSocket, configurable: true });
    const client = await connected({});
    await client.publishAsync('a', 'b', { qos: 2 });
  });

  it('moves a payload of a megabyte', async () => {
    const client = await connected(viaOption());
    const payload = Buffer.alloc(1_000_000, 'wasmqtt');
    await client.subscribeAsync('a', { qos: 1 });
    const arriving = nextEvent<[string, Buffer]>(client, 'message');
    await client.publishAsync('a', payload, { qos: 1 });
    expect((await arriving)[1].equals(payload)).toBe(true);
  });

  it('reconnects and subscribes again when the broker disconnects it', async () => {
    const client = await connected({ ...viaOption(), clientId: 'me', reconnectPeriod: 1 });
    await client.subscribeAsync('a');
    const reconnecting = nextEvent(client, 'connect');
    const subscribing = nextEvent(broker, 'subscribe');
    // Another client of the same name takes the connection over, and leaves it again.
    const other = await broker.connectAsync({ clientId: 'me' });
    await other.endAsync();
    await Promise.all([reconnecting, subscribing]);
    const arriving = nextEvent<[string, Buffer]>(client, 'message');
    await broker.publish('a', 'again');
    expect((await arriving)[1].toString()).toBe('again');
  });
});
