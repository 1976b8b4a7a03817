// MqttClient against a server that the test plays: what the application sees of each packet, and each packet of what
// it asked for.
import { afterEach, describe, expect, it } from '@jest/globals';
import { connect, connectAsync, type ClientOptions, type MqttClient, type TracedPacket } from 'wasmqtt';

import { Collector, nextEvent, settled } from '../../support/events.ts';
import { ScriptServer, type ScriptSocket } from '../../support/script-transport.ts';

let clients: MqttClient[] = [];

function start(server: ScriptServer, options: ClientOptions = {}): MqttClient {
  const { createWebsocket, protocolVersion } = server;
  const client = connect('ws://server.test:9001/mqtt', {
    createWebsocket,
    protocolVersion: protocolVersion as 3 | 4 | 5,
    reconnectPeriod: 0,
    ...options,
  });
  clients.push(client);
  return client;
}

async function connected(
  options: ClientOptions = {},
  version: 3 | 4 | 5 = 4,
): Promise<{ client: MqttClient; socket: ScriptSocket }> {
  const server = new ScriptServer(version);
  const client = start(server, options);
  const connecting = nextEvent(client, 'connect');
  const socket = await server.accepted();
  await connecting;
  return { client, socket };
}

afterEach(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  clients = [];
});

describe('connecting', () => {
  it('sends what the options say, to the URL they name, as the subprotocol mqtt', async () => {
    const server = new ScriptServer();
    start(server, {
      clientId: 'me',
      username: 'user',
      password: 'secret',
      keepalive: 30,
      clean: false,
      will: { topic: 'gone', payload: 'yes', qos: 1, retain: true },
    });
    const connectPacket = await (await server.dialled()).accept();
    expect(connectPacket).toMatchObject({
      clientId: 'me',
      username: 'user',
      keepalive: 30,
      clean: false,
      protocolVersion: 4,
      protocolId: 'MQTT',
    });
    expect(connectPacket.password?.toString()).toBe('secret');
    expect(connectPacket.will).toMatchObject({ topic: 'gone', qos: 1, retain: true });
    expect(connectPacket.will?.payload.toString()).toBe('yes');
    expect(server.urls).toEqual(['ws://server.test:9001/mqtt']);
    expect(server.subprotocols).toEqual([['mqtt']]);
  });

  it('speaks MQTT 3.1 as MQIsdp, over the subprotocol mqttv3.1', async () => {
    const server = new ScriptServer(3);
    start(server, { protocolId: 'MQIsdp', protocolVersion: 3 });
    expect(await (await server.dialled()).accept()).toMatchObject({ protocolId: 'MQIsdp', protocolVersion: 3 });
    expect(server.subprotocols).toEqual([['mqttv3.1']]);
  });

  it('sends the properties of a 5.0 CONNECT and gives those of the CONNACK', async () => {
    const server = new ScriptServer(5);
    const client = start(server, {
      properties: { sessionExpiryInterval: 60, receiveMaximum: 10, userProperties: { a: 'b', c: ['d', 'e'] } },
    });
    const connecting = nextEvent(client, 'connect');
    const properties = { assignedClientIdentifier: 'you', serverKeepAlive: 20, reasonString: 'welcome' };
    const packet = await (await server.dialled()).accept({ properties });
    expect(packet.properties).toMatchObject({
      sessionExpiryInterval: 60,
      receiveMaximum: 10,
      userProperties: { a: 'b', c: ['d', 'e'] },
    });
    expect(await connecting).toEqual([
      expect.objectContaining({ cmd: 'connack', reasonCode: 0, sessionPresent: false, properties }),
    ]);
    expect(client.serverProperties).toMatchObject(properties);
    expect(client.keepalive).toBe(20);
    expect(client.options.clientId).toBe('you');
  });

  it('is connected from the CONNACK on, not before', async () => {
    const server = new ScriptServer();
    const client = start(server);
    const socket = await server.dialled();
    socket.open();
    await socket.next('connect');
    expect(client.connected).toBe(false);
    socket.say({ cmd: 'connack', sessionPresent: false, returnCode: 0 });
    await settled();
    expect(client.connected).toBe(true);
  });

  it('takes a CONNACK that comes byte by byte', async () => {
    const server = new ScriptServer();
    const client = start(server);
    const connecting = nextEvent(client, 'connect');
    const socket = await server.dialled();
    socket.open();
    await socket.next('connect');
    for (const byte of [0x20, 0x02, 0x00, 0x00]) socket.sayBytes(Uint8Array.of(byte));
    await connecting;
  });

  it.each([
    [1, 'Unacceptable protocol version'],
    [2, 'Identifier rejected'],
    [3, 'Server unavailable'],
    [4, 'Bad username or password'],
    [5, 'Not authorized'],
  ])('tells that the server refused with return code %i: %s', async (returnCode, text) => {
    const server = new ScriptServer();
    const client = start(server, { reconnectPeriod: 1 });
    const failing = nextEvent<[Error & { code: number }]>(client, 'error');
    const closing = nextEvent(client, 'close');
    const socket = await server.dialled();
    await socket.accept({ returnCode });
    const [error] = await failing;
    expect(error.message).toBe(`Connection refused: ${text}`);
    expect(error.code).toBe(returnCode);
    await closing;
    expect(client.connected).toBe(false);
    expect(client.reconnecting).toBe(false);
  });

  it('tells the reason code with which a 5.0 server refused', async () => {
    const server = new ScriptServer(5);
    const client = start(server);
    const failing = nextEvent<[Error & { code: number }]>(client, 'error');
    await (await server.dialled()).accept({ reasonCode: 0x87 });
    const [error] = await failing;
    expect(error.message).toBe('Connection refused: Not authorized');
    expect(error.code).toBe(0x87);
  });

  it('says in words that a server which answers a 5.0 CONNECT in the form of 3.1.1 does not speak 5.0', async () => {
    const server = new ScriptServer(5);
    const client = start(server);
    const failing = nextEvent<[Error & { code: number }]>(client, 'error');
    (await server.dialled()).open().sayBytes(Uint8Array.of(0x20, 2, 0, 1));
    const [error] = await failing;
    expect(error.message).toBe(
      'Connection refused: Unacceptable protocol version: ' +
        "the server does not speak MQTT 5.0; write protocolVersion: 4 (3.1.1), or 'auto' to try both",
    );
    expect(error.code).toBe(1);
  });

  it('rejects connectAsync() when the server refuses', async () => {
    const server = new ScriptServer();
    const connecting = connectAsync('ws://server.test', { createWebsocket: server.createWebsocket });
    void (await server.dialled()).accept({ returnCode: 5 });
    await expect(connecting).rejects.toThrow('Connection refused: Not authorized');
  });

  it('rejects connectAsync() without retries when the connection closes, with the code and reason of the close', async () => {
    const server = new ScriptServer();
    const connecting = connectAsync('ws://server.test', { createWebsocket: server.createWebsocket }, false);
    (await server.dialled()).drop(1013, 'try again later');
    await expect(connecting).rejects.toMatchObject({
      message: "Couldn't connect to server: try again later",
      close: { code: 1013, reason: 'try again later', wasClean: false },
    });
  });

  it('gives up after connectTimeout with "connack timeout"', async () => {
    const server = new ScriptServer();
    const client = start(server, { connectTimeout: 20 });
    const failing = nextEvent<[Error]>(client, 'error');
    (await server.dialled()).open();
    expect((await failing)[0].message).toBe('connack timeout');
  });

  it('gives a silent server up with "Keepalive timeout" after asking it for a sign of life', async () => {
    const server = new ScriptServer();
    const client = start(server, { keepalive: 1 });
    const failing = nextEvent<[Error]>(client, 'error');
    const closing = nextEvent(client, 'close');
    const socket = await server.accepted();
    await socket.next('pingreq');
    expect((await failing)[0].message).toBe('Keepalive timeout');
    await closing;
    expect(client.connected).toBe(false);
  });

  it('closes on bytes that are not MQTT, with an error that says so', async () => {
    const { client, socket } = await connected();
    const failing = nextEvent<[Error & { code: string }]>(client, 'error');
    const closing = nextEvent(client, 'close');
    socket.sayBytes(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff));
    expect((await failing)[0].code).toBe('ERR_MQTT_PROTOCOL');
    await closing;
  });

  it('closes on a text frame, with an error that says so', async () => {
    const { client, socket } = await connected();
    const failing = nextEvent<[Error]>(client, 'error');
    socket.sayText('hello');
    expect((await failing)[0].message).toMatch(/text frame/);
  });

  it('passes on the code and reason with which the WebSocket closed', async () => {
    const { client, socket } = await connected();
    const closing = nextEvent(client, 'close');
    socket.drop(4001, 'the upstream is gone');
    expect(await closing).toEqual([{ code: 4001, reason: 'the upstream is gone', wasClean: false }]);
  });

  it('passes on what the server says when it disconnects (5.0)', async () => {
    const { client, socket } = await connected({}, 5);
    const disconnecting = nextEvent(client, 'disconnect');
    socket.say({ cmd: 'disconnect', reasonCode: 0x8e, properties: { reasonString: 'somebody else is you' } });
    const [packet] = await disconnecting;
    expect(packet).toMatchObject({
      cmd: 'disconnect',
      reasonCode: 0x8e,
      properties: { reasonString: 'somebody else is you' },
    });
  });

  it('does not dial with manualConnect until connect() is called', async () => {
    const server = new ScriptServer();
    const client = start(server, { manualConnect: true });
    await settled();
    expect(server.urls).toEqual([]);
    client.connect();
    await server.accepted();
  });

  it('dials the URL that transformWsUrl answers', async () => {
    const server = new ScriptServer();
    start(server, { transformWsUrl: (url) => `${url}?token=1` });
    await server.dialled();
    expect(server.urls).toEqual(['ws://server.test:9001/mqtt?token=1']);
  });
});

describe('publish()', () => {
  it('calls back at QoS 0 as soon as the message is on its way', async () => {
    const { client, socket } = await connected();
    await expect(client.publishAsync('a', 'text', { retain: true })).resolves.toBeUndefined();
    expect(await socket.next('publish')).toMatchObject({ topic: 'a', qos: 0, retain: true, dup: false });
  });

  it('resolves at QoS 1 only after the PUBACK', async () => {
    const { client, socket } = await connected();
    let isDone = false;
    const publishing = client.publishAsync('a', 'text', { qos: 1 }).then((packet) => {
      isDone = true;
      return packet;
    });
    const { messageId, payload } = await socket.next('publish');
    expect(payload.toString()).toBe('text');
    await settled();
    expect(isDone).toBe(false);
    socket.say({ cmd: 'puback', messageId: messageId! });
    expect(await publishing).toMatchObject({ cmd: 'publish', topic: 'a', messageId });
  });

  it('resolves at QoS 2 only after the PUBCOMP', async () => {
    const { client, socket } = await connected();
    let isDone = false;
    const publishing = client.publishAsync('a', 'text', { qos: 2 }).then(() => (isDone = true));
    const { messageId } = await socket.next('publish');
    socket.say({ cmd: 'pubrec', messageId: messageId! });
    expect((await socket.next('pubrel')).messageId).toBe(messageId);
    await settled();
    expect(isDone).toBe(false);
    socket.say({ cmd: 'pubcomp', messageId: messageId! });
    await publishing;
  });

  it('rejects when a 5.0 server refuses the message, with its reason', async () => {
    const { client, socket } = await connected({}, 5);
    const publishing = client.publishAsync('a', 'text', { qos: 1 });
    const { messageId } = await socket.next('publish');
    socket.say({ cmd: 'puback', messageId: messageId!, reasonCode: 0x97 });
    await expect(publishing).rejects.toMatchObject({ message: 'Publish error: Quota exceeded', code: 0x97 });
  });

  it.each([3, 4] as const)(
    'takes the PUBACK of a server without QoS 2 for the end of a message, and warns once (version %i)',
    async (protocolVersion) => {
      const { client, socket } = await connected({}, protocolVersion);
      const warnings: unknown[] = [];
      client.on('warning', (warning) => warnings.push(warning));
      for (let count = 0; count < 3; ++count) {
        const publishing = client.publishAsync('a', 'text', { qos: 2 });
        const messageId = (await socket.next('publish')).messageId!;
        socket.say({ cmd: 'puback', messageId });
        expect(await publishing).toMatchObject({ cmd: 'publish', topic: 'a', qos: 2, messageId });
      }
      expect(warnings).toEqual([
        expect.objectContaining({ name: 'MqttError', reasonCode: 155, message: expect.stringContaining('no QoS 2') }),
      ]);
      expect(client.connected).toBe(true);
    },
  );

  it.each([
    ['PUBACK', 1, 0x97, ['puback']],
    ['PUBREC', 2, 0x97, ['pubrec']],
    ['PUBCOMP', 2, 0x92, ['pubrec', 'pubcomp']],
  ] as const)('hands the %s that refuses to the callback, too', async (_, qos, reasonCode, answers) => {
    const { client, socket } = await connected({}, 5);
    const answered = new Promise<unknown>((resolve) => {
      client.publish('a', 'text', { qos }, (_error, packet) => resolve(packet));
    });
    const messageId = (await socket.next('publish')).messageId!;
    const last = answers.at(-1)!;
    for (const cmd of answers) socket.say({ cmd, messageId, ...(cmd === last && { reasonCode }) });
    expect(await answered).toEqual({ cmd: last, messageId, reasonCode });
  });

  it.each([
    [0, ['published']],
    [1, ['stored', 'published']],
    [2, ['stored', 'published']],
  ] as const)('calls cbStorePut for what is kept until it is acknowledged: at QoS %i %j', async (qos, expected) => {
    const { client, socket } = await connected();
    const calls: string[] = [];
    const publishing = new Promise<void>((resolve) => {
      client.publish('a', 'text', { qos, cbStorePut: () => calls.push('stored') }, () => {
        calls.push('published');
        resolve();
      });
    });
    const messageId = (await socket.next('publish')).messageId!;
    if (qos === 1) socket.say({ cmd: 'puback', messageId });
    if (qos === 2) {
      socket.say({ cmd: 'pubrec', messageId });
      socket.say({ cmd: 'pubcomp', messageId });
    }
    await publishing;
    await settled();
    expect(calls).toEqual(expected);
  });

  it('sends bytes of any kind as they are', async () => {
    const { client, socket } = await connected();
    const bytes = Uint8Array.of(0, 1, 254, 255);
    for (const payload of [bytes, bytes.buffer, new DataView(bytes.buffer), Buffer.from(bytes)]) {
      client.publish('a', payload);
      expect([...(await socket.next('publish')).payload]).toEqual([0, 1, 254, 255]);
    }
  });

  it('sends nothing at all as an empty payload', async () => {
    const { client, socket } = await connected();
    for (const payload of ['', undefined, null]) {
      client.publish('a', payload, { retain: true });
      expect((await socket.next('publish')).payload).toHaveLength(0);
    }
  });

  it('sends properties to a 5.0 server', async () => {
    const { client, socket } = await connected({}, 5);
    const properties = { contentType: 'text/plain', responseTopic: 'answers', userProperties: { a: ['1', '2'] } };
    client.publish('a', 'text', { properties: { ...properties, correlationData: Uint8Array.of(7) } });
    const packet = await socket.next('publish');
    expect(packet.properties).toMatchObject(properties);
    expect([...packet.properties!.correlationData!]).toEqual([7]);
  });

  it('keeps the order of messages published in one task', async () => {
    const { client, socket } = await connected();
    for (let count = 0; count < 100; ++count) client.publish('a', String(count));
    for (let count = 0; count < 100; ++count)
      expect((await socket.next('publish')).payload.toString()).toBe(String(count));
  });

  it('sends a payload larger than the Wasm memory was at first', async () => {
    const { client, socket } = await connected();
    const payload = new Uint8Array(8 * 1024 * 1024).fill(7);
    client.publish('a', payload);
    const received = (await socket.next('publish')).payload as Buffer;
    expect(Buffer.compare(received, payload)).toBe(0);
  });

  it('fails a message that removeOutgoingMessage() gives up', async () => {
    const { client, socket } = await connected();
    const publishing = client.publishAsync('a', 'text', { qos: 1 });
    client.removeOutgoingMessage(client.getLastMessageId());
    await expect(publishing).rejects.toThrow('Message removed');
    await socket.next('publish');
  });
});

describe('subscribe() and unsubscribe()', () => {
  it('grants what the server grants', async () => {
    const { client, socket } = await connected();
    const subscribing = client.subscribeAsync({ 'a/+': { qos: 2 }, 'b/#': { qos: 1 } });
    const { messageId, subscriptions } = await socket.next('subscribe');
    expect(subscriptions).toMatchObject([
      { topic: 'a/+', qos: 2 },
      { topic: 'b/#', qos: 1 },
    ]);
    socket.say({ cmd: 'suback', messageId: messageId!, granted: [1, 1] });
    expect(await subscribing).toEqual([
      { topic: 'a/+', qos: 1 },
      { topic: 'b/#', qos: 1 },
    ]);
  });

  it.each<[string, string | string[], { qos: 1 } | undefined, { topic: string; qos: number }[]]>([
    ['a topic', 'a', undefined, [{ topic: 'a', qos: 0 }]],
    ['a topic with options', 'a', { qos: 1 }, [{ topic: 'a', qos: 1 }]],
    [
      'a list',
      ['a', 'b'],
      { qos: 1 },
      [
        { topic: 'a', qos: 1 },
        { topic: 'b', qos: 1 },
      ],
    ],
  ])('takes %s', async (_name, topics, options, expected) => {
    const { client, socket } = await connected();
    client.subscribe(topics, options);
    expect((await socket.next('subscribe')).subscriptions).toMatchObject(expected);
  });

  it('sends the subscription options of 5.0', async () => {
    const { client, socket } = await connected({}, 5);
    client.subscribe('a', { qos: 1, nl: true, rap: true, rh: 2, properties: { subscriptionIdentifier: 9 } });
    const packet = await socket.next('subscribe');
    expect(packet.subscriptions).toMatchObject([{ topic: 'a', qos: 1, nl: true, rap: true, rh: 2 }]);
    expect(packet.properties?.subscriptionIdentifier).toEqual(9);
  });

  it('leaves out what 3.1.1 does not have', async () => {
    const { client, socket } = await connected();
    client.subscribe('a', { qos: 1, nl: true, rap: true, rh: 2, properties: { subscriptionIdentifier: 9 } });
    const { subscriptions } = await socket.next('subscribe');
    expect(subscriptions).toEqual([expect.objectContaining({ topic: 'a', qos: 1 })]);
    client.publish('a', 'b', { properties: { contentType: 'text' } });
    expect((await socket.next('publish')).payload.toString()).toBe('b');
    client.unsubscribe('a', { properties: { userProperties: { a: 'b' } } });
    expect((await socket.next('unsubscribe')).unsubscriptions).toEqual(['a']);
  });

  it('fails when the server refuses a filter, and has its SUBACK with the error', async () => {
    const { client, socket } = await connected();
    const failing = new Promise<unknown[]>((resolve) => {
      client.subscribe(['a', 'b'], (...result) => resolve(result));
    });
    const { messageId } = await socket.next('subscribe');
    socket.say({ cmd: 'suback', messageId: messageId!, granted: [0, 128] });
    const [error, granted, packet] = await failing;
    expect(error).toMatchObject({ message: 'Subscribe error: Unspecified error', packet: { granted: [0, 128] } });
    expect(granted).toEqual([
      { topic: 'a', qos: 0 },
      { topic: 'b', qos: 128 },
    ]);
    expect(packet).toMatchObject({ cmd: 'suback', messageId });
  });

  it('does not send again what is subscribed already at that QoS', async () => {
    const { client, socket } = await connected({ reconnectPeriod: 1000 });
    const subscribing = client.subscribeAsync('a', { qos: 1 });
    socket.say({ cmd: 'suback', messageId: (await socket.next('subscribe')).messageId!, granted: [1] });
    await subscribing;
    expect(await client.subscribeAsync('a', { qos: 0 })).toEqual([]);
    client.subscribe('a', { qos: 2 });
    expect((await socket.next('subscribe')).subscriptions).toMatchObject([{ topic: 'a', qos: 2 }]);
  });

  it('splits what is more than subscribeBatchSize, and answers once', async () => {
    const { client, socket } = await connected({ subscribeBatchSize: 2 });
    const subscribing = client.subscribeAsync(['a', 'b', 'c']);
    for (const topics of [['a', 'b'], ['c']]) {
      const { messageId, subscriptions } = await socket.next('subscribe');
      expect(subscriptions.map(({ topic }) => topic)).toEqual(topics);
      socket.say({ cmd: 'suback', messageId: messageId!, granted: topics.map(() => 0) });
    }
    expect(await subscribing).toHaveLength(3);
  });

  it('splits an UNSUBSCRIBE in the same way, and has the codes of all in their order', async () => {
    const { client, socket } = await connected({ subscribeBatchSize: 2 }, 5);
    const unsubscribing = client.unsubscribeAsync(['a', 'b', 'c', 'd', 'e']);
    const sent = [];
    for (let part = 0; part < 3; ++part) sent.push(await socket.next('unsubscribe'));
    expect(sent.map(({ unsubscriptions }) => unsubscriptions)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    const granted = [[0x11, 0], [0, 0x87], [0x80]];
    for (const part of [2, 0, 1])
      socket.say({ cmd: 'unsuback', messageId: sent[part]!.messageId!, granted: granted[part]! });
    expect(await unsubscribing).toMatchObject({ cmd: 'unsuback', granted: [0x11, 0, 0, 0x87, 0x80] });
  });

  it('fails once when a part of an UNSUBSCRIBE has no answer', async () => {
    const { client, socket } = await connected({ subscribeBatchSize: 1 });
    const calls = new Collector<unknown[]>();
    client.unsubscribe(['a', 'b'], (...result) => calls.add(result));
    const { messageId } = await socket.next('unsubscribe');
    await socket.next('unsubscribe');
    socket.say({ cmd: 'unsuback', messageId: messageId! } as never);
    const closing = nextEvent(client, 'close');
    socket.drop();
    await closing;
    expect(calls.items).toMatchObject([[{ message: 'Connection closed' }]]);
  });

  it('waits for the UNSUBACK', async () => {
    const { client, socket } = await connected();
    const unsubscribing = client.unsubscribeAsync(['a', 'b']);
    const { messageId, unsubscriptions } = await socket.next('unsubscribe');
    expect(unsubscriptions).toEqual(['a', 'b']);
    socket.say({ cmd: 'unsuback', messageId: messageId! } as never);
    expect(await unsubscribing).toMatchObject({ cmd: 'unsuback', messageId });
  });

  it('fails with "Connection closed" when the connection ends before the answer', async () => {
    const { client, socket } = await connected();
    const subscribing = client.subscribeAsync('a');
    const unsubscribing = client.unsubscribeAsync('b');
    await socket.next('unsubscribe');
    socket.drop();
    await expect(subscribing).rejects.toThrow('Connection closed');
    await expect(unsubscribing).rejects.toThrow('Connection closed');
  });
});

describe('messages', () => {
  it('arrive with their text, bytes and packet', async () => {
    const { client, socket } = await connected({}, 5);
    const arriving = nextEvent<[string, Uint8Array, unknown]>(client, 'message');
    socket.say({
      cmd: 'publish',
      topic: 'a/b',
      payload: 'Grüße',
      qos: 0,
      retain: true,
      dup: false,
      properties: { contentType: 'text/plain' },
    });
    const [topic, payload, packet] = await arriving;
    expect(topic).toBe('a/b');
    expect(payload).toBeInstanceOf(Uint8Array);
    expect(payload.toString()).toBe('Grüße');
    expect(packet).toMatchObject({
      cmd: 'publish',
      topic: 'a/b',
      qos: 0,
      retain: true,
      dup: false,
      properties: { contentType: 'text/plain' },
    });
  });

  it('are acknowledged at QoS 1 and 2, and come once at QoS 2', async () => {
    const { client, socket } = await connected();
    const messages = new Collector<string>();
    client.on('message', (topic) => messages.add(topic));
    socket.say({ cmd: 'publish', topic: 'one', payload: '', qos: 1, messageId: 5, retain: false, dup: false });
    expect((await socket.next('puback')).messageId).toBe(5);
    const twice = { cmd: 'publish', topic: 'two', payload: '', qos: 2, messageId: 6, retain: false } as const;
    socket.say({ ...twice, dup: false }, { ...twice, dup: true });
    await socket.next('pubrec');
    await socket.next('pubrec');
    socket.say({ cmd: 'pubrel', messageId: 6 });
    expect((await socket.next('pubcomp')).messageId).toBe(6);
    expect(messages.items).toEqual(['one', 'two']);
  });

  it('of one frame come in order, and their payloads stay as they were', async () => {
    const { client, socket } = await connected();
    const messages = new Collector<Uint8Array>();
    client.on('message', (_topic, payload) => messages.add(payload));
    const publish = (payload: string) =>
      ({ cmd: 'publish', topic: 'a', payload, qos: 0, retain: false, dup: false }) as const;
    socket.say(publish('first'), publish('second'));
    socket.say(publish('third'));
    expect((await messages.first(3)).map(String)).toEqual(['first', 'second', 'third']);
  });

  it.each([
    ['small ones of a large frame are copied with copyPayloads', true, 1],
    ['they are views of it without', false, 20_000],
  ])('keep what they need: %s', async (_title, copyPayloads, atLeast) => {
    const { client, socket } = await connected({ copyPayloads });
    const messages = new Collector<Uint8Array>();
    client.on('message', (_topic, payload, packet) => {
      expect(packet.payload).toBe(payload);
      messages.add(payload);
    });
    const publish = (payload: string) =>
      ({ cmd: 'publish', topic: 'a', payload, qos: 0, retain: false, dup: false }) as const;
    socket.say(publish('first'), publish('x'.repeat(20_000)), publish(''), publish('last'));
    const payloads = await messages.first(4);
    expect([0, 2, 3].map((at) => String(payloads[at]))).toEqual(['first', '', 'last']);
    for (const at of [0, 3]) {
      expect(payloads[at]!.buffer.byteLength).toBeGreaterThanOrEqual(atLeast);
      if (copyPayloads) expect(payloads[at]!.buffer.byteLength).toBe(payloads[at]!.length);
      expect(payloads[at]).toBeInstanceOf(Buffer);
    }
    expect(payloads[1]!.buffer.byteLength).toBeGreaterThan(20_000);
  });

  it('wait while an overridden handleMessage() has not called back', async () => {
    const { client, socket } = await connected();
    const messages = new Collector<string>();
    const releases = new Collector<() => void>();
    client.handleMessage = (_packet, callback) => releases.add(() => callback());
    client.on('message', (_topic, payload) => messages.add(String(payload)));
    const publish = (payload: string) =>
      ({ cmd: 'publish', topic: 'a', payload, qos: 0, retain: false, dup: false }) as const;
    socket.say(publish('first'));
    socket.say(publish('second'));
    const [release] = await releases.first(1);
    await settled();
    expect(messages.items).toEqual(['first']);
    release!();
    expect(await messages.first(2)).toEqual(['first', 'second']);
  });

  it('that come while a listener throws reach the other listeners', async () => {
    const { client, socket } = await connected();
    const messages = new Collector<string>();
    client.on('message', (topic) => messages.add(topic));
    const publish = (topic: string) =>
      ({ cmd: 'publish', topic, payload: '', qos: 0, retain: false, dup: false }) as const;
    client.once('message', () => client.publish('from/inside', 'a listener'));
    socket.say(publish('a'), publish('b'));
    expect(await messages.first(2)).toEqual(['a', 'b']);
    expect((await socket.next('publish')).topic).toBe('from/inside');
  });
});

describe('end()', () => {
  it('says DISCONNECT, closes the WebSocket and then tells', async () => {
    const { client, socket } = await connected();
    const events: string[] = [];
    client.on('close', () => events.push('close')).on('end', () => events.push('end'));
    await client.endAsync();
    expect(socket.has('disconnect')).toBe(true);
    expect(socket.closedWith).toEqual({ code: 1000, reason: undefined });
    expect(events).toEqual(['close', 'end']);
    expect(client).toMatchObject({ connected: false, disconnected: true, reconnecting: false });
  });

  it('waits for the answers under way', async () => {
    const { client, socket } = await connected();
    const publishing = client.publishAsync('a', 'text', { qos: 1 });
    const { messageId } = await socket.next('publish');
    const ending = client.endAsync();
    await settled();
    expect(socket.has('disconnect')).toBe(false);
    socket.say({ cmd: 'puback', messageId: messageId! });
    await publishing;
    await ending;
    expect(socket.has('disconnect')).toBe(true);
  });

  it('does not wait, and says nothing to the server, when forced', async () => {
    const { client, socket } = await connected();
    const publishing = client.publishAsync('a', 'text', { qos: 1 });
    await socket.next('publish');
    const failing = expect(publishing).rejects.toThrow('Connection closed');
    await client.endAsync(true);
    await failing;
    expect(socket.has('disconnect')).toBe(false);
  });

  it('waits no longer when it is forced after all', async () => {
    const { client, socket } = await connected();
    const publishing = client.publishAsync('a', 'b', { qos: 1 });
    const failing = expect(publishing).rejects.toThrow('Connection closed');
    await socket.next('publish');
    const ending = client.endAsync();
    await settled();
    expect(client.disconnected).toBe(false);
    await client.endAsync(true);
    await ending;
    await failing;
  });

  it('sends the reason code and properties of a 5.0 DISCONNECT', async () => {
    const { client, socket } = await connected({}, 5);
    client.end(false, { reasonCode: 4, properties: { reasonString: 'bye' } });
    expect(await socket.next('disconnect')).toMatchObject({ reasonCode: 4, properties: { reasonString: 'bye' } });
  });

  it('ends an attempt that is under way', async () => {
    const server = new ScriptServer();
    const client = start(server);
    await server.dialled();
    await client.endAsync();
    expect(client.disconnected).toBe(true);
  });

  it('in the task that made the client keeps it from dialling', async () => {
    const server = new ScriptServer();
    let asked = 0;
    const client = start(server, { credentials: () => (++asked, {}) });
    await client.endAsync();
    await settled();
    expect([asked, server.urls]).toEqual([0, []]);
    expect(client.disconnected).toBe(true);
  });

  it('is followed by the connection that connect() asked for meanwhile', async () => {
    const server = new ScriptServer();
    const client = start(server);
    const socket = await server.accepted();
    const ending = nextEvent(client, 'end');
    client.end();
    client.connect();
    await socket.next('disconnect');
    await ending;
    const connecting = nextEvent(client, 'connect');
    await server.accepted();
    await connecting;
    expect(client).toMatchObject({ connected: true, disconnecting: false, disconnected: false });
  });

  it('makes later calls fail with "client disconnecting"', async () => {
    const { client } = await connected({ reconnectPeriod: 1000 });
    const ending = client.endAsync();
    await expect(client.publishAsync('a', 'b')).rejects.toThrow('client disconnecting');
    await expect(client.subscribeAsync('a')).rejects.toThrow('client disconnecting');
    await expect(client.unsubscribeAsync('a')).rejects.toThrow('client disconnecting');
    const failing = nextEvent<[Error]>(client, 'error');
    client.publish('a', 'b');
    expect((await failing)[0].message).toBe('client disconnecting');
    await ending;
  });

  it('calls every callback when it is called twice', async () => {
    const { client } = await connected();
    await Promise.all([client.endAsync(), client.endAsync()]);
    await client.endAsync();
  });
});

describe('packetsend and packetreceive', () => {
  it('name every packet', async () => {
    const { client, socket } = await connected();
    const sent = new Collector<string>();
    const received = new Collector<string>();
    client.on('packetsend', ({ cmd }) => sent.add(cmd)).on('packetreceive', ({ cmd }) => received.add(cmd));
    const publishing = client.publishAsync('a', 'b', { qos: 1 });
    socket.say({ cmd: 'puback', messageId: (await socket.next('publish')).messageId! });
    await publishing;
    client.sendPing();
    await socket.next('pingreq');
    expect(sent.items).toEqual(['publish', 'pingreq']);
    expect(received.items).toEqual(['puback']);
  });

  it('tell packet identifiers, and whole lengths, both ways', async () => {
    const { client, socket } = await connected();
    const traced: unknown[] = [];
    client.on('packetsend', (packet) => traced.push(packet)).on('packetreceive', (packet) => traced.push(packet));
    const publishing = client.publishAsync('topic', 'payload', { qos: 2 });
    const messageId = (await socket.next('publish')).messageId!;
    socket.say({ cmd: 'pubrec', messageId });
    await socket.next('pubrel');
    socket.say({ cmd: 'pubcomp', messageId });
    await publishing;
    socket.say({ cmd: 'publish', topic: 'a', payload: 'b'.repeat(200), qos: 0, retain: false, dup: false });
    expect(traced).toEqual([
      {
        ...{ cmd: 'publish', topic: 'topic', payload: Buffer.from('payload'), qos: 2, retain: false, dup: false },
        ...{ messageId, length: 2 + (2 + 5) + 2 + 7 },
      },
      { cmd: 'pubrec', messageId, length: 4 },
      { cmd: 'pubrel', messageId, length: 4 },
      { cmd: 'pubcomp', messageId, length: 4 },
      {
        ...{ cmd: 'publish', topic: 'a', payload: Buffer.alloc(200, 'b'), qos: 0, retain: false, dup: false },
        length: 3 + (2 + 1) + 200,
      },
    ]);
  });

  it('tell what a PUBLISH says, both ways', async () => {
    const { client, socket } = await connected({}, 5);
    const traced = new Collector<TracedPacket>();
    client.on('packetsend', (packet) => traced.add(packet)).on('packetreceive', (packet) => traced.add(packet));
    const properties = { contentType: 'text/plain' };
    client.publish('out', 'payload', { retain: true, properties });
    await socket.next('publish');
    socket.say({
      cmd: 'publish',
      topic: 'in',
      payload: Buffer.of(1, 2),
      qos: 1,
      messageId: 7,
      dup: true,
      retain: false,
    });
    await socket.next('puback');
    const [sent, received] = traced.items;
    expect(sent).toEqual({
      ...{ cmd: 'publish', topic: 'out', payload: Buffer.from('payload'), qos: 0, retain: true, dup: false },
      ...{ properties, length: 2 + (2 + 3) + (1 + 3 + 10) + 7 },
    });
    expect(received).toEqual({
      ...{ cmd: 'publish', topic: 'in', payload: Buffer.of(1, 2), qos: 1, retain: false, dup: true, messageId: 7 },
      length: 2 + (2 + 2) + 2 + 1 + 2,
    });
  });
});
