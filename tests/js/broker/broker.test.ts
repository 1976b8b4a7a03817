// createBroker(): in-tab clients linked to it inside Wasm, its own messages, its events, its end.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createBroker, type Broker, type ConnackPacket } from 'wasmqtt/broker';

import { Collector, nextEvent, settled } from '../../support/events.ts';

let broker: Broker;

beforeEach(() => {
  broker = createBroker();
});

afterEach(() => broker.close());

// What JavaScript lets through and TypeScript would not.
const wrong = <Type>(value: unknown): Type => value as Type;

describe('createBroker()', () => {
  it.each<[string, unknown, RegExp]>([
    ['a limit that is text', { maximumPacketSize: '1 MiB' }, /maximumPacketSize is 1 MiB: write a number from 16/],
    [
      'a limit that does not fit',
      { receiveMaximum: 70_000 },
      /receiveMaximum is 70000: write a number from 1 to 65535/,
    ],
    ['a flag that is text', { retainAvailable: 'no' }, /retainAvailable is no: write true or false/],
    ['a time that is none', { connectTimeout: NaN }, /connectTimeout is NaN: write a number from 1 \(milliseconds\)/],
    ['a port', 1883, /createBroker\(\)'s options are a number: write \{/],
    ['null', null, /createBroker\(\)'s options are null: write \{/],
  ])('refuses %s', (_name, options, message) => {
    expect(() => createBroker(wrong(options))).toThrow(message);
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', undefined, /takes a stream: write net\.createServer\(\(socket\) => broker\.handle\(socket\)\)/],
    ['an object', {}, /takes a stream: write net\.createServer/],
    ['a WebSocket', { send: () => undefined, once: () => undefined }, /handle\(createWebSocketStream\(socket/],
  ])('makes a broker that refuses to handle %s', (_name, stream, message) => {
    expect(() => broker.handle(wrong(stream))).toThrow(message);
  });

  it('makes a broker that refuses to connect to an address', () => {
    expect(() => broker.connect(wrong('ws://in-tab'))).toThrow(/options are a string: write \{ clientId/);
  });
});

describe('in-tab clients', () => {
  it.each([3, 4, 5] as const)('exchange messages of every QoS (protocol version %i)', async (protocolVersion) => {
    const [sender, receiver] = await Promise.all([
      broker.connectAsync({ protocolVersion }),
      broker.connectAsync({ protocolVersion }),
    ]);
    const messages = new Collector<[string, number]>();
    receiver.on('message', (_topic, payload, { qos }) => messages.add([String(payload), qos]));
    await receiver.subscribeAsync('a/+', { qos: 2 });
    for (const qos of [0, 1, 2] as const) await sender.publishAsync('a/b', `qos ${qos}`, { qos });
    expect(await messages.first(3)).toEqual([
      ['qos 0', 0],
      ['qos 1', 1],
      ['qos 2', 2],
    ]);
  });

  it('can be used before the Wasm module has started', async () => {
    const client = broker.connect();
    const arriving = nextEvent<[string, Uint8Array]>(client, 'message');
    client.subscribe('a');
    client.publish('a', 'early');
    expect(String((await arriving)[1])).toBe('early');
  });

  it('keep large payloads whole', async () => {
    const client = await broker.connectAsync();
    const payload = crypto.getRandomValues(new Uint8Array(60_000));
    const large = new Uint8Array(3_000_000).map((_byte, at) => payload[at % payload.length]!);
    await client.subscribeAsync('a');
    const arriving = nextEvent<[string, Uint8Array]>(client, 'message');
    client.publish('a', large);
    expect(Buffer.compare((await arriving)[1], large)).toBe(0);
  });

  it('get what is retained', async () => {
    const sender = await broker.connectAsync();
    await sender.publishAsync('state', 'on', { retain: true, qos: 1 });
    const receiver = await broker.connectAsync();
    const arriving = nextEvent<[string, Uint8Array, { retain: boolean; qos: number }]>(receiver, 'message');
    await receiver.subscribeAsync('state', { qos: 1 });
    const [, payload, { retain, qos }] = await arriving;
    expect([String(payload), retain, qos]).toEqual(['on', true, 1]);
  });

  it('that end without a DISCONNECT have their will published', async () => {
    const watcher = await broker.connectAsync();
    await watcher.subscribeAsync('gone');
    const arriving = nextEvent<[string, Uint8Array]>(watcher, 'message');
    const client = await broker.connectAsync({ will: { topic: 'gone', payload: 'suddenly' } });
    await client.endAsync(true);
    expect(String((await arriving)[1])).toBe('suddenly');
  });

  it('find their session again, with what came while they were away', async () => {
    const options = { clientId: 'me', clean: false };
    const first = await broker.connectAsync(options);
    await first.subscribeAsync('a', { qos: 1 });
    await first.endAsync();
    await broker.publish('a', 'while away', { qos: 1 });
    const again = broker.connect(options);
    const arriving = nextEvent<[string, Uint8Array]>(again, 'message');
    const [connack] = await nextEvent<[{ sessionPresent: boolean }]>(again, 'connect');
    expect(connack.sessionPresent).toBe(true);
    expect(String((await arriving)[1])).toBe('while away');
  });

  it('of a name that is taken take the connection over', async () => {
    const first = await broker.connectAsync({ clientId: 'me', protocolVersion: 5, reconnectPeriod: 0 });
    const leaving = nextEvent(first, 'disconnect');
    const closing = nextEvent(first, 'close');
    const second = await broker.connectAsync({ clientId: 'me', protocolVersion: 5 });
    expect(await leaving).toEqual([expect.objectContaining({ reasonCode: 0x8e })]);
    await closing;
    expect([first.connected, second.connected]).toEqual([false, true]);
  });

  it('of two brokers do not hear each other', async () => {
    const other = createBroker();
    const [here, there] = await Promise.all([broker.connectAsync(), other.connectAsync()]);
    const messages = new Collector<string>();
    here.on('message', (_topic, payload) => messages.add(String(payload)));
    await here.subscribeAsync('a');
    await there.publishAsync('a', 'from there', { qos: 1 });
    await here.publishAsync('a', 'from here', { qos: 1 });
    expect(await messages.first(1)).toEqual(['from here']);
    await other.close();
  });

  it('get no further messages while an overridden handleMessage() has not called back', async () => {
    const client = await broker.connectAsync({ protocolVersion: 5 });
    const messages = new Collector<string>();
    const releases = new Collector<() => void>();
    client.handleMessage = (_packet, callback) => releases.add(callback);
    client.on('message', (_topic, payload) => messages.add(String(payload)));
    await client.subscribeAsync('a', { qos: 1 });
    await broker.publish('a', 'first');
    await messages.first(1);
    for (const text of ['second', 'third']) await broker.publish('a', text, { qos: 1 });
    await settled();
    expect(messages.items).toEqual(['first']);
    releases.items[0]!();
    await messages.first(2);
    (await releases.first(2))[1]!();
    expect(await messages.first(3)).toEqual(['first', 'second', 'third']);
    (await releases.first(3))[2]!();
    await client.endAsync();
  });

  it('end with the broker, though an overridden handleMessage() has not called back', async () => {
    const client = await broker.connectAsync();
    const messages = new Collector<string>();
    client.handleMessage = () => undefined;
    client.on('message', (topic) => messages.add(topic));
    await client.subscribeAsync('a');
    await broker.publish('a', '');
    await messages.first(1);
    await broker.close();
    expect(client.connected).toBe(false);
  });

  it('are served by the hundred', async () => {
    const clients = await Promise.all(Array.from({ length: 300 }, () => broker.connectAsync()));
    const messages = new Collector<string>();
    for (const client of clients) client.on('message', (topic) => messages.add(topic));
    await Promise.all(clients.map((client) => client.subscribeAsync('all')));
    await broker.publish('all', 'hello');
    expect(await messages.first(300)).toHaveLength(300);
    expect(broker.statistics()).toMatchObject({ connections: 300, subscriptions: 300 });
  });
});

describe('publish()', () => {
  it('reaches subscribers, with its properties', async () => {
    const client = await broker.connectAsync({ protocolVersion: 5 });
    await client.subscribeAsync('a', { qos: 1 });
    const arriving = nextEvent<[string, Uint8Array, object]>(client, 'message');
    await broker.publish('a', Uint8Array.of(1, 2), { qos: 1, properties: { contentType: 'bytes' } });
    const [topic, payload, packet] = await arriving;
    expect([topic, [...payload]]).toEqual(['a', [1, 2]]);
    expect(packet).toMatchObject({ qos: 1, properties: { contentType: 'bytes' } });
  });

  it('rejects what MQTT does not allow', async () => {
    await expect(broker.publish('a/#', '')).rejects.toThrow(/Invalid topic a\/#/);
    await expect(broker.publish('', '')).rejects.toThrow(/empty topic/);
    await expect(broker.publish('a\0b', '')).rejects.toThrow(/topic name/);
    await expect(broker.publish('a', { json: 1 } as never)).rejects.toThrow(/JSON\.stringify/);
  });
});

describe('events', () => {
  it('tell who comes, what they subscribe to and publish, and who goes', async () => {
    const events = new Collector<unknown[]>();
    for (const event of ['clientConnected', 'subscribe', 'publish', 'unsubscribe', 'clientDisconnected'] as const) {
      broker.on(event, (...args: unknown[]) => events.add([event, ...args]));
    }
    const client = await broker.connectAsync({ clientId: 'me', username: 'user', keepalive: 30 });
    await client.subscribeAsync('a/#', { qos: 1 });
    await client.publishAsync('a/b', 'text', { qos: 1, retain: true });
    await client.unsubscribeAsync('a/#');
    await client.endAsync();
    expect(await events.first(5)).toEqual([
      [
        'clientConnected',
        { clientId: 'me', protocolVersion: 4, clean: true, sessionPresent: false, keepAlive: 30, username: 'user' },
      ],
      ['subscribe', 'me', { topic: 'a/#', qos: 1 }],
      ['publish', 'me', expect.objectContaining({ topic: 'a/b', qos: 1, retain: true })],
      ['unsubscribe', 'me', 'a/#'],
      ['clientDisconnected', { clientId: 'me', orderly: true, reason: '', reasonCode: 0 }],
    ]);
  });

  it('tell why a client went that did not say goodbye', async () => {
    const going = nextEvent<[{ clientId: string; orderly: boolean }]>(broker, 'clientDisconnected');
    const client = await broker.connectAsync({ clientId: 'me' });
    await client.endAsync(true);
    expect((await going)[0]).toMatchObject({ clientId: 'me', orderly: false, reason: expect.stringMatching(/./) });
  });
});

describe('options', () => {
  it('are what a client is told of at its CONNECT', async () => {
    const limited = createBroker({
      maximumQos: 1,
      maximumKeepAlive: 20,
      retainAvailable: false,
      wildcardSubscriptionAvailable: false,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: false,
      maximumSubscriptions: 1,
      maximumTopicLevels: 2,
    });
    const client = limited.connect({ protocolVersion: 5, keepalive: 60 });
    const [connack] = await nextEvent<[ConnackPacket]>(client, 'connect');
    expect(connack.properties).toMatchObject({
      maximumQoS: 1,
      serverKeepAlive: 20,
      retainAvailable: false,
      wildcardSubscriptionAvailable: false,
      subscriptionIdentifiersAvailable: false,
      sharedSubscriptionAvailable: false,
    });
    await expect(client.publishAsync('a/b/c', 'x', { qos: 1 })).rejects.toMatchObject({ code: 0x90 });
    await client.subscribeAsync('a');
    await expect(client.subscribeAsync('b')).rejects.toMatchObject({ code: 0x97 });
    await limited.close();
  });

  it('give topics aliases in both directions', async () => {
    const client = await broker.connectAsync({
      protocolVersion: 5,
      autoAssignTopicAlias: true,
      properties: { topicAliasMaximum: 10 },
    });
    await client.subscribeAsync('topic/#');
    const messages = new Collector<unknown[]>();
    client.on('message', (topic, payload) => messages.add([topic, String(payload)]));
    for (const text of ['1', '2', '3']) client.publish('topic/one', text);
    expect(await messages.first(3)).toEqual(['1', '2', '3'].map((text) => ['topic/one', text]));
  });

  it('tell the statistics under $SYS', async () => {
    const client = await broker.connectAsync();
    const messages = new Collector<unknown[]>();
    client.on('message', (topic, payload) => messages.add([topic, String(payload)]));
    await client.subscribeAsync('$SYS/broker/uptime');
    expect(await messages.first(1)).toEqual([['$SYS/broker/uptime', '0 seconds']]);
  });
});

describe('close()', () => {
  it('ends every client and tells', async () => {
    const client = await broker.connectAsync({ protocolVersion: 5 });
    const leaving = nextEvent(client, 'disconnect');
    const ending = nextEvent(client, 'end');
    const closing = nextEvent(broker, 'close');
    await broker.close();
    expect(await leaving).toEqual([expect.objectContaining({ reasonCode: 0x8b })]);
    await Promise.all([ending, closing]);
    expect(client.connected).toBe(false);
  });

  it('makes what waits for an answer fail', async () => {
    const client = await broker.connectAsync();
    const failing = new Promise((resolve) => {
      client.once('offline', () => client.publish('a', 'b', { qos: 1 }, resolve));
    });
    await broker.close();
    expect(await failing).toMatchObject({ message: 'Connection closed', code: 'ERR_MQTT_CONNECTION_CLOSED' });
  });

  it('can be called again, and makes every later use an error', async () => {
    await broker.close();
    await broker.close();
    expect(() => broker.connect()).toThrow(/the broker is closed: make another with createBroker\(\)/);
    await expect(broker.publish('a', 'b')).rejects.toThrow(/the broker is closed/);
    await settled();
  });
});
