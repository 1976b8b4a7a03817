// The option authenticate of createBroker(): who may connect, publish and subscribe, decided by the application.
import { createServer, type AddressInfo, type Server } from 'node:net';

import { afterEach, describe, expect, it } from '@jest/globals';
import mqtt, { type IClientOptions, type MqttClient as MqttJsClient } from 'mqtt';
import { generate, parser, type Packet } from 'mqtt-packet';
import { type ClientOptions, connectAsync, type MqttClient, type Payload } from 'wasmqtt';
import { type ApplicantClient, type Broker, type BrokerOptions, createBroker, type Decision } from 'wasmqtt/broker';

import { Collector, nextDomEvent, nextEvent, settled } from '../../support/events.ts';

let brokers: Broker[] = [];
let clients: (MqttClient | MqttJsClient)[] = [];
let servers: Server[] = [];

afterEach(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  await Promise.all(brokers.map((broker) => broker.close()));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  brokers = [];
  clients = [];
  servers = [];
});

function start(authenticate: BrokerOptions['authenticate'], options: BrokerOptions = {}): Broker {
  const broker = createBroker({ authenticate, ...options });
  brokers.push(broker);
  return broker;
}

/** MQTT.js, by broker.WebSocket. */
async function theirs(broker: Broker, options: IClientOptions = {}): Promise<MqttJsClient> {
  const client = mqtt.connect('ws://in-tab/mqtt', {
    forceNativeWebSocket: true,
    createWebsocket: (url, subprotocols) => new broker.WebSocket(url, subprotocols),
    reconnectPeriod: 0,
    ...options,
  });
  clients.push(client);
  return accepted(client);
}

/** A client in the module of the broker. */
async function linked(broker: Broker, options: ClientOptions = {}): Promise<MqttClient> {
  const client = broker.connect({ reconnectPeriod: 0, ...options });
  clients.push(client);
  return accepted(client);
}

function accepted<Client extends MqttClient | MqttJsClient>(client: Client): Promise<Client> {
  return new Promise((resolve, reject) => {
    (client as MqttClient).once('connect', () => resolve(client));
    (client as MqttClient).once('error', reject);
  });
}

async function portOf(broker: Broker): Promise<number> {
  const server = createServer((socket) => broker.handle(socket)).listen(0, '127.0.0.1');
  servers.push(server);
  await nextEvent(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What the broker says to a client that sends these packets and waits for the end. */
async function answersTo(broker: Broker, packets: Packet[]): Promise<Packet[]> {
  const answers: Packet[] = [];
  const socket = new broker.WebSocket('ws://in-tab/', 'mqtt');
  socket.binaryType = 'arraybuffer';
  const read = parser({ protocolVersion: 5 });
  read.on('packet', (packet: Packet) => answers.push(packet));
  socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => void read.parse(Buffer.from(data));
  await nextDomEvent(socket, 'open');
  const closing = nextDomEvent(socket, 'close');
  for (const packet of packets) socket.send(generate(packet, { protocolVersion: 5 }));
  await closing;
  return answers;
}

function connectPacket(properties: object): Packet {
  return { cmd: 'connect', protocolVersion: 5, clientId: 'raw', clean: true, keepalive: 0, properties };
}

const isJoe = ({ username, password }: ApplicantClient): boolean =>
  username === 'joe' && password?.toString() === 'secret';

describe.each([
  ['at once', isJoe],
  ['later', async (client: ApplicantClient) => settled().then(() => isJoe(client))],
] as const)('authenticate() that answers %s', (_, authenticate) => {
  it.each([3, 4, 5] as const)('lets in whom it welcomes and nobody else, in version %i', async (protocolVersion) => {
    const broker = start(authenticate);
    const version = { protocolVersion, protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT' } as const;
    const ours = await linked(broker, { ...version, username: 'joe', password: 'secret' });
    const other = await theirs(broker, { ...version, username: 'joe', password: 'secret' });
    const received = new Collector<string>();
    ours.on('message', (topic) => received.add(topic));
    await ours.subscribeAsync('a');
    await other.publishAsync('a', 'x');
    expect(await received.first(1)).toEqual(['a']);
    const code = protocolVersion === 5 ? 0x87 : 5;
    await expect(linked(broker, { ...version, username: 'joe', password: 'wrong' })).rejects.toMatchObject({ code });
    await expect(theirs(broker, version)).rejects.toMatchObject({ code });
    expect(broker.statistics().connections).toBe(2);
  });

  it('lets clients in over TCP', async () => {
    const port = await portOf(start(authenticate));
    const login = { username: 'joe', password: 'secret', reconnectPeriod: 0 };
    clients.push(await connectAsync(`mqtt://127.0.0.1:${port}`, login));
    await expect(connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 })).rejects.toMatchObject({ code: 5 });
  });
});

describe('authenticate()', () => {
  it('sees what the CONNECT says', async () => {
    const asked: ApplicantClient[] = [];
    const broker = start((client) => asked.push(client) > 0);
    await theirs(broker, {
      protocolVersion: 5,
      clientId: 'näme',
      clean: false,
      keepalive: 17,
      username: '',
      password: Buffer.from([0, 255]),
      properties: { sessionExpiryInterval: 5, userProperties: { k: ['v', 'w'] } },
    });
    await linked(broker, { clientId: 'plain', keepalive: 0 });
    expect(asked).toEqual([
      {
        clientId: 'näme',
        protocolVersion: 5,
        clean: false,
        keepAlive: 17,
        username: '',
        password: expect.objectContaining({ length: 2, 0: 0, 1: 255 }),
        authenticationMethod: undefined,
        authenticationData: undefined,
        userProperties: expect.objectContaining({ k: ['v', 'w'] }),
        isConnected: false,
      },
      expect.objectContaining({ clientId: 'plain', protocolVersion: 4, username: undefined, password: undefined }),
    ]);
  });

  it('says why it refuses, and where to go', async () => {
    const broker = start(() => ({ reasonCode: 0x9c, reasonString: 'full', serverReference: 'other:1883' }));
    const client = broker.connect({ protocolVersion: 5, reconnectPeriod: 0 });
    clients.push(client);
    const [error] = await nextEvent(client, 'error');
    expect(error).toMatchObject({ code: 0x9c, serverReference: 'other:1883' });
  });

  it('tells clients more about its answer', async () => {
    const welcome = start(() => ({ reasonString: 'hello', userProperties: { region: ['north', '2'] } }));
    const client = welcome.connect({ protocolVersion: 5, reconnectPeriod: 0 });
    clients.push(client);
    const [connack] = await nextEvent<[{ properties: object }]>(client, 'connect');
    expect(connack.properties).toMatchObject({ reasonString: 'hello', userProperties: { region: ['north', '2'] } });
    const refusing = start(() => ({ reasonCode: 0x97, reasonString: 'full', userProperties: { load: '9' } }));
    const packets = await answersTo(refusing, [connectPacket({})]);
    const properties = { reasonString: 'full', userProperties: { load: '9' } };
    expect(packets).toMatchObject([{ cmd: 'connack', reasonCode: 0x97, properties }]);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('no database');
      },
      /no database/,
    ],
    ['rejects', () => Promise.reject(new Error('no database')), /no database/],
    ['answers nothing', () => undefined, /authenticate\(\) answered undefined/],
    ['promises nothing', () => Promise.resolve(null), /authenticate\(\) answered null/],
    ['answers a reason that is none', () => ({ reasonCode: 7 }), /reasonCode 7/],
    ['answers filters that are none', () => ({ publish: ['a/#/b'] }), /publish that are no topic filters/],
    [
      'answers permissions without filters',
      () => ({ subscribe: { reasonString: 'no' } }),
      /subscribe that are no topic/,
    ],
    ['answers words that are none', () => ({ userProperties: 5 }), /userProperties must be an object of strings/],
  ])('that %s refuses, and the broker tells the error', async (_, authenticate, message) => {
    const broker = start(authenticate as () => Decision);
    const failing = nextEvent<[Error]>(broker, 'error');
    await expect(linked(broker)).rejects.toMatchObject({ code: 3 });
    expect((await failing)[0].message).toMatch(message);
  });

  it('that answers too late changes nothing', async () => {
    const questions = new Collector<(answer: Decision) => void>();
    const broker = start(() => new Promise<Decision>((resolve) => questions.add(resolve)), { connectTimeout: 50 });
    const first = broker.connect({ reconnectPeriod: 0 });
    const closing = nextEvent(first, 'close');
    clients.push(first);
    await closing;
    const second = broker.connect({ reconnectPeriod: 0 });
    clients.push(second);
    const [late] = await questions.first(2);
    late!(true);
    await settled();
    expect(second.connected).toBe(false);
  });

  it('has to be a function', () => {
    expect(() => createBroker({ authenticate: true as never })).toThrow(/authenticate is no function/);
  });
});

describe('what a client may do', () => {
  const broker = (): Broker =>
    start(({ clientId }) =>
      clientId === 'master' ? true : { publish: [`from/${clientId}/#`], subscribe: [`to/${clientId}/#`, 'to/all'] },
    );

  it('is to publish what the permissions match', async () => {
    const both = broker();
    const master = await linked(both, { clientId: 'master' });
    const client = await theirs(both, { clientId: 'c', protocolVersion: 5 });
    const received = new Collector<string>();
    master.on('message', (topic) => received.add(topic));
    await master.subscribeAsync('#');
    await client.publishAsync('from/c/x', '', { qos: 1 });
    await expect(client.publishAsync('from/other/x', '', { qos: 1 })).rejects.toMatchObject({ code: 0x87 });
    await expect(client.publishAsync('else', '', { qos: 2 })).rejects.toMatchObject({ code: 0x87 });
    client.publish('else', '', { qos: 0 });
    await client.publishAsync('from/c', '', { qos: 2 });
    expect(await received.first(2)).toEqual(['from/c/x', 'from/c']);
  });

  it('is to subscribe to what the permissions cover', async () => {
    const client = await linked(broker(), { clientId: 'c', protocolVersion: 5 });
    const grants = await client.subscribeAsync(['to/c/#', 'to/c/+/x', 'to/all', '$share/g/to/c/y']);
    expect(grants.map(({ qos }) => qos)).toEqual([0, 0, 0, 0]);
    for (const topic of ['#', 'to/+', 'to/other', '$share/g/#', '$SYS/#']) {
      await expect(client.subscribeAsync(topic)).rejects.toMatchObject({ code: 0x87 });
    }
  });

  it('is told with what the application has to say about the rest', async () => {
    const publish = { topics: ['mine/#'], reasonString: 'not yours', userProperties: { ask: 'the boss' } };
    const subscribe = { topics: [], userProperties: { ask: 'nobody' } };
    const one = start(() => ({ publish, subscribe }));
    const message = { cmd: 'publish', payload: '', dup: false, retain: false } as const;
    const packets: Packet[] = [
      { ...message, topic: 'mine/a', qos: 1, messageId: 1 },
      { ...message, topic: 'else', qos: 1, messageId: 2 },
      { ...message, topic: 'else', qos: 2, messageId: 3 },
      { cmd: 'subscribe', messageId: 4, subscriptions: [{ topic: 'a', qos: 0 }] },
      { cmd: 'disconnect' },
    ];
    const said = { reasonString: 'not yours', userProperties: { ask: 'the boss' } };
    expect((await answersTo(one, [connectPacket({}), ...packets])).slice(1)).toMatchObject([
      { cmd: 'puback', messageId: 1, reasonCode: 0x10 },
      { cmd: 'puback', messageId: 2, reasonCode: 0x87, properties: said },
      { cmd: 'pubrec', messageId: 3, reasonCode: 0x87, properties: said },
      { cmd: 'suback', messageId: 4, granted: [0x87], properties: { userProperties: { ask: 'nobody' } } },
    ]);
    const quiet = await answersTo(one, [connectPacket({ requestProblemInformation: false }), ...packets]);
    expect(quiet.slice(1).filter((packet) => 'properties' in packet && packet.properties !== undefined)).toEqual([]);
  });

  it('holds for wills', async () => {
    const will = { topic: 'else', payload: 'bye' };
    await expect(linked(broker(), { clientId: 'c', will })).rejects.toMatchObject({ code: 5 });
    await linked(broker(), { clientId: 'c', will: { ...will, topic: 'from/c/will' } });
  });
});

describe('enhanced authentication', () => {
  const method = { authenticationMethod: 'riddle' };
  // The client says its name, is asked a riddle and answers it.
  const riddle = ({ authenticationMethod, authenticationData }: ApplicantClient): Decision => {
    if (authenticationMethod !== 'riddle') return { reasonCode: 0x8c };
    return {
      authenticationData: `who is ${authenticationData?.toString()}?`,
      next: async (answer: Payload | undefined) =>
        answer?.toString() === 'me' ? { authenticationData: 'welcome' } : { reasonCode: 0x87, reasonString: 'no' },
      reasonString: 'to be sure',
      userProperties: { step: '1' },
    };
  };
  const solve =
    (answer: string, asked: string[] = []) =>
    (packet: { properties?: { authenticationData?: Uint8Array } }, callback: (...args: never[]) => void): void => {
      asked.push(String(packet.properties?.authenticationData));
      const properties = { ...method, authenticationData: Buffer.from(answer) };
      (callback as (error: null, packet: object) => void)(null, { cmd: 'auth', reasonCode: 0x18, properties });
    };
  const properties = { ...method, authenticationData: Buffer.from('joe') };

  it('asks the client, and lets in who answers', async () => {
    const broker = start(riddle);
    const asked: string[] = [];
    const client = broker.connect({ protocolVersion: 5, properties, reconnectPeriod: 0 });
    clients.push(client);
    client.handleAuth = solve('me', asked);
    const [connack] = await nextEvent<[{ properties: { authenticationData: Payload } }]>(client, 'connect');
    expect(asked).toEqual(['who is joe?']);
    expect(connack.properties).toMatchObject(method);
    expect(String(connack.properties.authenticationData)).toBe('welcome');
  });

  it('serves MQTT.js', async () => {
    const broker = start(riddle);
    const client = mqtt.connect('ws://in-tab/mqtt', {
      forceNativeWebSocket: true,
      createWebsocket: (url, subprotocols) => new broker.WebSocket(url, subprotocols),
      protocolVersion: 5,
      properties,
    });
    clients.push(client);
    client.handleAuth = solve('me') as never;
    await nextEvent(client, 'connect');
  });

  it('says more with its questions', async () => {
    const broker = start(riddle);
    const client = broker.connect({ protocolVersion: 5, properties, reconnectPeriod: 0 });
    clients.push(client);
    const asking = new Promise<object>((resolve) => {
      client.handleAuth = (packet, callback) => {
        resolve(packet.properties!);
        solve('me')(packet, callback as never);
      };
    });
    expect(await asking).toMatchObject({ reasonString: 'to be sure', userProperties: { step: '1' } });
    await nextEvent(client, 'connect');
  });

  it('comes again when the client asks for it', async () => {
    const broker = start(riddle);
    const client = broker.connect({ protocolVersion: 5, properties, reconnectPeriod: 0 });
    clients.push(client);
    const asked: string[] = [];
    client.handleAuth = solve('me', asked);
    await nextEvent(client, 'connect');
    const answer = await client.reauthenticate({ authenticationData: Buffer.from('jim') });
    expect(String(answer.properties?.authenticationData)).toBe('welcome');
    expect(asked).toEqual(['who is joe?', 'who is jim?', 'welcome']);
    expect(client.connected).toBe(true);
    client.handleAuth = solve('you');
    await expect(client.reauthenticate()).rejects.toMatchObject({ code: 0x87 });
  });

  it('refuses who answers wrongly, or names another method', async () => {
    const broker = start(riddle);
    const client = broker.connect({ protocolVersion: 5, properties, reconnectPeriod: 0 });
    clients.push(client);
    client.handleAuth = solve('you');
    expect(await nextEvent(client, 'error')).toMatchObject([{ code: 0x87 }]);
    const other = { ...properties, authenticationMethod: 'other' };
    await expect(linked(broker, { protocolVersion: 5, properties: other })).rejects.toMatchObject({ code: 0x8c });
  });

  it('may come again, and ends the connection when it fails', async () => {
    const seen: boolean[] = [];
    const broker = start((client) => {
      seen.push(client.isConnected);
      return String(client.authenticationData) === 'good' ? { publish: ['a'] } : false;
    });
    const packets = new Collector<Packet>();
    const socket = new broker.WebSocket('ws://in-tab/', 'mqtt');
    socket.binaryType = 'arraybuffer';
    const read = parser({ protocolVersion: 5 });
    read.on('packet', packets.add);
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => void read.parse(Buffer.from(data));
    await nextDomEvent(socket, 'open');
    const say = (packet: Packet): void => socket.send(generate(packet, { protocolVersion: 5 }));
    const said = (data: string): object => ({ ...method, authenticationData: Buffer.from(data) });
    say({ cmd: 'connect', protocolVersion: 5, clientId: 'raw', clean: true, keepalive: 0, properties: said('good') });
    say({ cmd: 'auth', reasonCode: 0x19, properties: said('good') });
    say({ cmd: 'publish', topic: 'a', payload: '', qos: 1, messageId: 1, dup: false, retain: false });
    say({ cmd: 'publish', topic: 'b', payload: '', qos: 1, messageId: 2, dup: false, retain: false });
    say({ cmd: 'auth', reasonCode: 0x19, properties: said('bad') });
    await nextDomEvent(socket, 'close');
    expect(packets.items).toMatchObject([
      { cmd: 'connack', reasonCode: 0 },
      { cmd: 'auth', reasonCode: 0 },
      { cmd: 'puback', messageId: 1, reasonCode: 0x10 },
      { cmd: 'puback', messageId: 2, reasonCode: 0x87 },
      { cmd: 'disconnect', reasonCode: 0x87 },
    ]);
    expect(seen).toEqual([false, true, true]);
  });
});
