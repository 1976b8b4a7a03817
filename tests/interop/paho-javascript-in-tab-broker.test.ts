// Paho JavaScript, unmodified, through broker.WebSocket as the global WebSocket.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Paho from 'paho-mqtt';
import { createBroker, type Broker } from 'wasmqtt/broker';

import { Collector, nextEvent } from '../support/events.ts';

let broker: Broker;
const ownWebSocket = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');

beforeEach(() => {
  broker = createBroker();
  Object.defineProperty(globalThis, 'WebSocket', { value: broker.WebSocket, configurable: true });
});

afterEach(async () => {
  await broker.close();
  if (ownWebSocket === undefined) Reflect.deleteProperty(globalThis, 'WebSocket');
  else Object.defineProperty(globalThis, 'WebSocket', ownWebSocket);
});

async function connected(clientId: string, options: Paho.ConnectionOptions = {}): Promise<Paho.Client> {
  const client = new Paho.Client('in-tab', 80, '/mqtt', clientId);
  await new Promise((resolve, reject) => {
    client.connect({
      ...options,
      onSuccess: resolve,
      onFailure: ({ errorMessage }) => reject(new Error(errorMessage)),
    });
  });
  return client;
}

async function subscribed(client: Paho.Client, filter: string, qos: 0 | 1 | 2): Promise<void> {
  await new Promise((resolve, reject) => {
    client.subscribe(filter, {
      qos,
      onSuccess: resolve,
      onFailure: ({ errorMessage }) => reject(new Error(errorMessage)),
    });
  });
}

describe.each([3, 4] as const)('Paho JavaScript, protocol version %i', (mqttVersion) => {
  it('exchanges messages of every QoS with itself and with in-tab clients', async () => {
    const theirs = await connected('theirs', { mqttVersion });
    const ours = await broker.connectAsync();
    const messages = new Collector<string>();
    theirs.onMessageArrived = ({ payloadString, qos }) => messages.add(`theirs ${payloadString} ${qos}`);
    ours.on('message', (_topic, payload, { qos }) => messages.add(`ours ${payload} ${qos}`));
    await subscribed(theirs, 'to/theirs', 2);
    await ours.subscribeAsync('to/ours', { qos: 2 });
    for (const qos of [0, 1, 2] as const) {
      theirs.send('to/theirs', 'self', qos);
      theirs.send('to/ours', 'them', qos);
      await ours.publishAsync('to/theirs', 'us', { qos });
    }
    expect((await messages.first(9)).sort()).toEqual([
      ...[0, 1, 2].map((qos) => `ours them ${qos}`),
      ...[0, 1, 2].map((qos) => `theirs self ${qos}`),
      ...[0, 1, 2].map((qos) => `theirs us ${qos}`),
    ]);
    theirs.disconnect();
  });
});

describe('Paho JavaScript', () => {
  it('gets what is retained, and leaves its will', async () => {
    const watcher = await broker.connectAsync();
    await watcher.subscribeAsync('gone');
    await broker.publish('state', 'on', { retain: true });
    const willMessage = new Paho.Message('yes');
    willMessage.destinationName = 'gone';
    const theirs = await connected('theirs', { willMessage });
    const arriving = new Promise<Paho.Message>((resolve) => {
      theirs.onMessageArrived = resolve;
    });
    await subscribed(theirs, 'state', 0);
    const { payloadString, retained } = await arriving;
    expect([payloadString, retained]).toEqual(['on', true]);
    const leaving = nextEvent<[string, Uint8Array]>(watcher, 'message');
    // Another client of the same name takes the connection over: the will is published. [MQTT-3.1.4-2]
    const lost = new Promise((resolve) => {
      theirs.onConnectionLost = resolve;
    });
    const other = await broker.connectAsync({ clientId: 'theirs' });
    await lost;
    expect(String((await leaving)[1])).toBe('yes');
    await other.endAsync();
  });
});
