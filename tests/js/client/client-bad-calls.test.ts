// Calls that cannot be right: each gets an Error whose message says what to write instead.
import { inspect } from 'node:util';

import { afterEach, describe, expect, it } from '@jest/globals';
import { connect, connectAsync, MqttClient, type ClientOptions, type PublishOptions } from 'wasmqtt';

import { ScriptServer } from '../../support/script-transport.ts';

// What JavaScript lets through and TypeScript would not.
const wrong = <Type>(value: unknown): Type => value as Type;

let client: MqttClient;

function start(): MqttClient {
  client = connect('ws://server.test', {
    createWebsocket: new ScriptServer().createWebsocket,
    reconnectPeriod: 0,
    protocolVersion: 5,
  });
  return client;
}

describe('connect()', () => {
  it.each<[string, unknown, ClientOptions | undefined, RegExp]>([
    ['no protocol', 'server.test', undefined, /^Missing protocol: write "mqtt:\/\/server\.test"/],
    ['no protocol but a port', 'localhost:1883', undefined, /^Missing protocol: write "mqtt:\/\/localhost:1883"/],
    ['http', 'http://server.test:8083/mqtt', undefined, /Unknown protocol "http": use "ws:\/\/server\.test:8083"/],
    ['https', 'https://server.test', undefined, /Unknown protocol "https": use "wss:\/\/server\.test"/],
    ['a URL that is none', 'ws://', undefined, /"ws:\/\/" is not a URL: write "ws:\/\/host:port\/path"/],
    ['a URL without a host', 'mqtt://', undefined, /"mqtt:\/\/" is not a URL: write "ws:\/\/host:port\/path"/],
    ['a number', 1883, undefined, /connect\(\) takes a URL/],
    ['a persistent session without a name', 'ws://a', { clean: false }, /^Missing clientId for unclean clients/],
    [
      'a version that does not exist',
      'ws://a',
      wrong({ protocolVersion: 6 }),
      /protocolVersion 6 does not exist: write 3 .* 4 .* 5 .* or 'auto'/,
    ],
    [
      'a keepalive that does not fit',
      'ws://a',
      { keepalive: 70_000 },
      /keepalive is 70000: write a number from 0 to 65535 \(seconds/,
    ],
    ['a keepalive that is text', 'ws://a', wrong({ keepalive: '60' }), /keepalive is 60: write a number/],
    ['a negative reconnectPeriod', 'ws://a', { reconnectPeriod: -1 }, /reconnectPeriod is -1: write a number from 0/],
    [
      'a will without a topic',
      'ws://a',
      wrong({ will: { payload: 'x' } }),
      /the will has no topic: write \{ will: \{ topic:/,
    ],
    ['a will of QoS 3', 'ws://a', wrong({ will: { topic: 'a', payload: '', qos: 3 } }), /the will's qos is 3/],
    [
      'a will whose payload is a number',
      'ws://a',
      wrong({ will: { topic: 'a', payload: 1 } }),
      /use String\(payload\)/,
    ],
    ['a clientId that is no text', 'ws://a', wrong({ clientId: 7 }), /clientId is not a string/],
    ['a username that is no text', 'ws://a', wrong({ username: 7 }), /username is not a string: write \{ username:/],
    ['a password that is a number', 'ws://a', wrong({ password: 7 }), /password is neither a string nor a Uint8Array/],
    ['a protocolId that does not exist', 'ws://a', wrong({ protocolId: 'MQTS' }), /write "MQTT", or "MQIsdp"/],
    ['a port beyond all ports', 'ws://a', { port: 70_000 }, /port is 70000: write a number from 1 to 65535/],
    ['servers that are no list', 'ws://a', wrong({ servers: 'b' }), /write servers: \[\{ host: "\.\.\.", port: 1883/],
    ['a server without a host', 'ws://a', wrong({ servers: [{}] }), /write servers: \[\{ host:/],
    [
      'a limit that is no number',
      'ws://a',
      { maximumQueuedMessages: NaN },
      /maximumQueuedMessages is NaN: write a number/,
    ],
    ['a negative batch size', 'ws://a', { subscribeBatchSize: -1 }, /subscribeBatchSize is -1: write a number from 0/],
    ['options that are text', 'ws://a', wrong('me'), /options are a string: write \{ clientId: "\.\.\.", \.\.\. \}/],
  ])('refuses %s', (_name, url, options, message) => {
    expect(() => connect(url as string, options)).toThrow(message);
    expect(() => connect(url as string, options)).toThrow(expect.objectContaining({ code: 'ERR_MQTT_BAD_CALL' }));
  });

  it('rejects connectAsync() for the same reasons', async () => {
    await expect(connectAsync('http://server.test')).rejects.toThrow(/use "ws:/);
  });

  it('tells as an error event what a createWebsocket answers that is no WebSocket', async () => {
    const failing = connectAsync('ws://server.test', { createWebsocket: () => wrong({}) });
    await expect(failing).rejects.toThrow(/createWebsocket answered no WebSocket: write/);
  });

  it('tells as an error event that credentials answered none', async () => {
    const createWebsocket = new ScriptServer().createWebsocket;
    const failing = connectAsync('ws://server.test', { createWebsocket, credentials: () => wrong('token') });
    await expect(failing).rejects.toThrow(/credentials answered none: write credentials: \(\) => \(\{ username/);
  });

  it('is named by what makes a client of a stream, as MQTT.js would', () => {
    const Client = MqttClient as unknown as new (streamBuilder: unknown, options: unknown) => MqttClient;
    expect(() => new Client(() => undefined, {})).toThrow(
      /made by connect\(\): write connect\(url, \{ createWebsocket/,
    );
  });

  it('tells as an error event what a CONNECT cannot say', async () => {
    const server = new ScriptServer(5);
    const failing = connectAsync('ws://server.test', {
      createWebsocket: server.createWebsocket,
      protocolVersion: 5,
      properties: { receiveMaximum: 0 },
    });
    (await server.dialled()).open();
    await expect(failing).rejects.toThrow(/receive maximum/i);
  });

  it.each<[string, (options: ClientOptions) => void, RegExp]>([
    ['a password', (options) => (options.password = wrong(5)), /password must be a string or a Uint8Array, not number/],
    ['a username', (options) => (options.username = wrong(5)), /username must be a string, not number/],
  ])('tells as an error event that %s became nonsense before the next attempt', async (_name, change, message) => {
    const server = new ScriptServer();
    client = connect('ws://server.test', { createWebsocket: server.createWebsocket, reconnectPeriod: 1 });
    client.on('reconnect', () => change(client.options));
    const failing = new Promise<Error>((resolve) => client.on('error', resolve));
    (await server.accepted()).drop();
    (await server.dialled()).open();
    expect((await failing).message).toMatch(message);
    await client.endAsync(true);
  });

  it('names the kind of error in consoles', () => {
    const caught = ((): unknown => {
      try {
        return connect('http://server.test');
      } catch (error) {
        return error;
      }
    })();
    expect(inspect(caught)).toMatch(/^MqttError: Unknown protocol "http"/);
  });
});

describe('a client', () => {
  afterEach(() => client.endAsync(true));

  it.each<[string, unknown, unknown, unknown, RegExp]>([
    ['no topic', undefined, 'payload', undefined, /publish\(\) has no topic: write publish\("some\/topic", payload\)/],
    ['an empty topic', '', 'payload', undefined, /publish\(\) has an empty topic/],
    ['a wildcard', 'a/#', 'payload', undefined, /Invalid topic a\/#: a message goes to one topic/],
    ['an object as payload', 'a', { value: 1 }, undefined, /not an object: use JSON\.stringify\(payload\)/],
    ['an array as payload', 'a', [1, 2], undefined, /not an array: use JSON\.stringify\(payload\)/],
    ['a number as payload', 'a', 21.5, undefined, /not a number: use String\(payload\)/],
    ['QoS 3', 'a', 'payload', { qos: 3 }, /QoS 3 does not exist: write qos: 0 .*, 1 .* or 2/],
    ['options that are none', 'a', 'payload', 1, /publish\(\)'s options are a number: write \{ qos: 1/],
    [
      'a property that MQTT does not have',
      'a',
      'payload',
      { properties: { expiry: 1 } },
      /MQTT has no property "expiry"/,
    ],
  ])('refuses to publish %s', async (_name, topic, payload, options, message) => {
    start();
    const call = [wrong<string>(topic), wrong<string>(payload), wrong<PublishOptions>(options)] as const;
    expect(() => client.publish(...call)).toThrow(message);
    await expect(client.publishAsync(...call)).rejects.toThrow(message);
    const error = await new Promise((resolve) => client.publish(...call, resolve));
    expect(error).toMatchObject({ message: expect.stringMatching(message), code: 'ERR_MQTT_BAD_CALL' });
  });

  it.each<[string, unknown, unknown, string | RegExp]>([
    [
      'nothing',
      undefined,
      undefined,
      /subscribe\(\) takes a topic filter, not undefined: write subscribe\("some\/topic\/#"\)/,
    ],
    ['an empty list', [], undefined, 'Invalid topic empty_topic_list'],
    ['# inside', 'a/#/b', undefined, 'Invalid topic a/#/b'],
    ['+ inside a level', ['ok', 'a+'], undefined, 'Invalid topic a+'],
    [
      'a map without options',
      { a: 1 },
      undefined,
      /subscribe\(\) has no options for "a": write \{ "a": \{ qos: 0 \} \}/,
    ],
    ['QoS 3', 'a', { qos: 3 }, /QoS 3 does not exist/],
    ['a retain handling that does not exist', 'a', { rh: 3 }, /rh \(Retain Handling\) is 3: write 0, 1 or 2/],
    ['a share without a filter', '$share/g', undefined, /Invalid topic \$share\/g: a shared subscription is/],
    ['a share without a name', ['a', '$share//a'], undefined, /Invalid topic \$share\/\/a/],
    ['a share named by a wildcard', '$share/+/a', undefined, /Invalid topic \$share\/\+\/a/],
    ['options that are a number', 'a', 1, /subscribe\(\)'s options are a number: write \{ qos: 1 \}/],
  ])('refuses to subscribe to %s', async (_name, topics, options, message) => {
    start();
    expect(() => client.subscribe(wrong(topics), wrong(options))).toThrow(message);
    await expect(client.subscribeAsync(wrong(topics), wrong(options))).rejects.toThrow(message);
  });

  it.each<[string, unknown, string | RegExp]>([
    ['nothing', undefined, /unsubscribe\(\) takes a topic filter or a list of them, not undefined/],
    ['an empty list', [], 'Invalid topic empty_topic_list'],
    ['# inside', 'a/#/b', 'Invalid topic a/#/b'],
  ])('refuses to unsubscribe from %s', async (_name, topics, message) => {
    start();
    expect(() => client.unsubscribe(wrong(topics))).toThrow(message);
    await expect(client.unsubscribeAsync(wrong(topics))).rejects.toThrow(message);
  });

  it.each<[string, object, RegExp]>([
    ['a reason code that does not exist', { reasonCode: 999 }, /reasonCode is 999: write a number from 0 .* to 255/],
    ['a property that MQTT does not have', { properties: { why: 'so' } }, /MQTT has no property "why"/],
  ])('refuses to end with %s, and can be ended then', async (_name, options, message) => {
    start();
    expect(() => client.end(false, options)).toThrow(message);
    await expect(client.endAsync(false, options)).rejects.toThrow(message);
    expect(client).toMatchObject({ disconnecting: false, disconnected: false });
    await client.endAsync();
    expect(client).toMatchObject({ disconnected: true });
  });

  it('refuses to reconnect with a store', () => {
    start();
    expect(() => client.reconnect({ outgoingStore: {} })).toThrow(/the option outgoingStore is not supported/);
  });

  it('refuses a listener that is no function', () => {
    start();
    expect(() => client.on('message', wrong(undefined))).toThrow("the listener for 'message' is not a function");
  });

  it('goes on working after a call that was refused', async () => {
    const server = new ScriptServer();
    client = connect('ws://server.test', { createWebsocket: server.createWebsocket });
    expect(() => client.publish('a/#', '')).toThrow();
    const publishing = client.publishAsync('a', 'text', { qos: 1 });
    const socket = await server.accepted();
    socket.say({ cmd: 'puback', messageId: (await socket.next('publish')).messageId! });
    await publishing;
  });
});
