// The client in Node over each of its transports, to mosquitto's own listeners and to the Wasm broker behind Node's
// servers.
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generate, type Packet } from 'mqtt-packet';
import { connect, connectAsync, type ClientOptions, type CloseInfo, type MqttClient } from 'wasmqtt';
import { createBroker, type Broker } from 'wasmqtt/broker';
import { WebSocket, WebSocketServer, createWebSocketStream } from 'ws';

import { Collector, nextEvent, settled } from '../../support/events.ts';
import { startMosquitto, type RunningServer } from '../../support/servers.ts';

let mosquitto: RunningServer;
let clients: MqttClient[] = [];
let servers: Server[] = [];
const sockets = new Set<Socket>();

async function connected(url: string, options: ClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(url, options);
  clients.push(client);
  return client;
}

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => sockets.add(socket)).listen(0, '127.0.0.1');
  await nextEvent(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** A port of the loopback interface where nobody listens. */
async function deafPort(): Promise<number> {
  const server = createHttpServer();
  const port = await listening(server);
  await closed(server);
  return port;
}

beforeAll(async () => {
  mosquitto = await startMosquitto();
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  clients = [];
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await Promise.all(servers.map(closed));
  servers = [];
});

afterAll(() => mosquitto?.stop());

describe.each<['mqtt' | 'ws', 3 | 4 | 5]>([
  ['mqtt', 3],
  ['mqtt', 4],
  ['mqtt', 5],
  ['ws', 3],
  ['ws', 4],
  ['ws', 5],
])('%s to mosquitto, protocol version %i', (protocol, protocolVersion) => {
  const url = () => `${protocol}://127.0.0.1:${protocol === 'mqtt' ? mosquitto.tcpPort : mosquitto.webSocketPort}`;
  const topic = `from/${protocol}/${protocolVersion}`;

  it('exchanges messages of every QoS', async () => {
    const [sender, receiver] = await Promise.all([
      connected(url(), { protocolVersion }),
      connected(url(), { protocolVersion }),
    ]);
    const messages = new Collector<[string, number]>();
    receiver.on('message', (_topic, payload, { qos }) => messages.add([String(payload), qos]));
    expect(await receiver.subscribeAsync(`${topic}/#`, { qos: 2 })).toMatchObject([{ qos: 2 }]);
    for (const qos of [0, 1, 2] as const) await sender.publishAsync(`${topic}/a`, `qos ${qos}`, { qos });
    expect(await messages.first(3)).toEqual([
      ['qos 0', 0],
      ['qos 1', 1],
      ['qos 2', 2],
    ]);
    await receiver.unsubscribeAsync(`${topic}/#`);
  });

  it('gets retained messages and wills', async () => {
    const receiver = await connected(url(), { protocolVersion });
    const messages = new Collector<[string, string, boolean]>();
    receiver.on('message', (of, payload, { retain }) => messages.add([of, String(payload), retain]));
    const sender = await connected(url(), { protocolVersion, will: { topic: `${topic}/gone`, payload: 'yes' } });
    await sender.publishAsync(`${topic}/state`, 'on', { retain: true, qos: 1 });
    await receiver.subscribeAsync([`${topic}/state`, `${topic}/gone`]);
    expect(await messages.first(1)).toEqual([[`${topic}/state`, 'on', true]]);
    await sender.endAsync(true);
    expect((await messages.first(2))[1]).toEqual([`${topic}/gone`, 'yes', false]);
    await receiver.publishAsync(`${topic}/state`, '', { retain: true, qos: 1 });
  });

  it('moves a large payload', async () => {
    const client = await connected(url(), { protocolVersion });
    // mosquitto 2.0 takes seconds for each 100 kB over WebSocket.
    const payload = new Uint8Array(protocol === 'mqtt' ? 3_000_000 : 30_000).map((_byte, at) => at * 7);
    await client.subscribeAsync(`${topic}/large`, { qos: 1 });
    const arriving = nextEvent<[string, Uint8Array]>(client, 'message');
    await client.publishAsync(`${topic}/large`, payload, { qos: 1 });
    expect(Buffer.compare((await arriving)[1], payload)).toBe(0);
  });

  it('moves thousands of small messages in order', async () => {
    const client = await connected(url(), { protocolVersion });
    const messages = new Collector<number>();
    client.on('message', (_topic, payload) => messages.add(Number(payload)));
    await client.subscribeAsync(`${topic}/many`, { qos: 1 });
    const count = 5000;
    // A window of messages that wait, below what mosquitto queues for a client.
    for (let sent = 0; sent < count; sent += 500) {
      await Promise.all(
        Array.from({ length: 500 }, (_, at) => client.publishAsync(`${topic}/many`, String(sent + at), { qos: 1 })),
      );
      await messages.first(sent + 500);
    }
    expect(messages.items).toEqual([...Array(count).keys()]);
  });

  it('finds its session again', async () => {
    const options = {
      protocolVersion,
      clean: false,
      clientId: `session-${protocol}-${protocolVersion}`,
      properties: { sessionExpiryInterval: 60 },
    };
    const first = await connected(url(), options);
    await first.subscribeAsync(`${topic}/session`, { qos: 1 });
    await first.endAsync();
    const other = await connected(url(), { protocolVersion });
    await other.publishAsync(`${topic}/session`, 'while away', { qos: 1 });
    const again = connect(url(), options);
    clients.push(again);
    const arriving = nextEvent<[string, Uint8Array]>(again, 'message');
    expect(String((await arriving)[1])).toBe('while away');
  });
});

describe('a server that cannot be reached', () => {
  it.each(['mqtt', 'ws', 'mqtts'] as const)(
    'is an error and a close (%s), and the client tries again',
    async (protocol) => {
      const client = connect(`${protocol}://127.0.0.1:${await deafPort()}`, { reconnectPeriod: 1 });
      clients.push(client);
      const [error] = await nextEvent<[Error & { code: string }]>(client, 'error');
      expect(error.code).toBe('ECONNREFUSED');
      const [info] = await nextEvent<[CloseInfo]>(client, 'close');
      expect(info.wasClean).toBe(false);
      await nextEvent(client, 'reconnect');
    },
  );

  it.each(['mqtt', 'ws'] as const)(
    'because it never answers is one error and a close at once (%s)',
    async (protocol) => {
      const mute = createTcpServer();
      const client = connect(`${protocol}://127.0.0.1:${await listening(mute)}`, {
        connectTimeout: 50,
        reconnectPeriod: 0,
      });
      clients.push(client);
      const errors: string[] = [];
      let failedAt = 0;
      client.on('error', (error) => {
        failedAt = performance.now();
        errors.push(error.message);
      });
      await nextEvent(client, 'close');
      // An orderly close would wait 2,000 ms for the peer.
      expect(performance.now() - failedAt).toBeLessThan(1000);
      await settled();
      expect(errors).toEqual(['connack timeout']);
    },
  );

  it('by plain MQTT because it is an HTTP server is an error that says so', async () => {
    const port = await listening(createHttpServer());
    await expect(connectAsync(`mqtt://127.0.0.1:${port}`)).rejects.toThrow(/^an HTTP server answers there: .* ws:\/\//);
  });

  it('by plain MQTT because it closes without a word is an error that says what to look at', async () => {
    const silent = createTcpServer((socket) => socket.once('data', () => socket.end()));
    const port = await listening(silent);
    await expect(connectAsync(`mqtt://127.0.0.1:${port}`)).rejects.toThrow(/without a word.*ws:\/\/.*mqtts:\/\//);
  });

  it('rejects connectAsync()', async () => {
    await expect(connectAsync(`mqtt://127.0.0.1:${await deafPort()}`)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('that answers HTTP without an upgrade is an error that says so', async () => {
    const server = createHttpServer((_request, response) => response.writeHead(404).end());
    const port = await listening(server);
    await expect(connectAsync(`ws://127.0.0.1:${port}/mqtt`)).rejects.toThrow(/404/);
  });
});

describe('a WebSocket server that takes no frame above 64 KiB, as those on Netty do', () => {
  let broker: Broker;
  let url: string;
  let frames: number[];
  let headers: IncomingHttpHeaders[];
  beforeEach(async () => {
    broker = createBroker();
    frames = [];
    headers = [];
    const server = createHttpServer();
    const webSockets = new WebSocketServer({ server, maxPayload: 65_536 });
    webSockets.on('connection', (socket, request) => {
      headers.push(request.headers);
      socket.on('message', (data: Buffer) => frames.push(data.length));
      broker.handle(createWebSocketStream(socket));
    });
    url = `ws://127.0.0.1:${await listening(server)}/`;
  });
  afterEach(() => broker.close());

  it.each([0, 1, 2] as const)('gets 2,000 messages of QoS %i that are published in one task', async (qos) => {
    const client = await connected(url);
    const messages = new Collector<string>();
    client.on('message', (_topic, payload) => messages.add(String(payload)));
    await client.subscribeAsync('a', { qos });
    const texts = Array.from({ length: 2000 }, (_, at) => String(at).padEnd(100, '.'));
    await Promise.all(texts.map((text) => client.publishAsync('a', text, { qos })));
    expect(await messages.first(2000)).toEqual(texts);
    expect(Math.max(...frames)).toBeGreaterThan(60_000);
  });

  it('gets a message larger than its frames', async () => {
    const client = await connected(url);
    const payload = new Uint8Array(1024 * 1024).map((_byte, at) => at * 7);
    await client.subscribeAsync('a', { qos: 1 });
    const arriving = nextEvent<[string, Uint8Array]>(client, 'message');
    await client.publishAsync('a', payload, { qos: 1 });
    expect(Buffer.compare((await arriving)[1], payload)).toBe(0);
    expect(Math.max(...frames)).toBe(65_536);
  });

  it('gets frames of another size where the client is told so', async () => {
    const client = await connected(url, { maximumFrameSize: 1000 });
    await client.publishAsync('a', new Uint8Array(10_000), { qos: 1 });
    await client.publishAsync('a', 'small', { qos: 1 });
    expect(Math.max(...frames)).toBe(1000);
  });

  it('learns who the client is, unless the application has another name for it', async () => {
    await connected(url);
    await connected(url, { wsOptions: { headers: { 'user-agent': 'mine', 'X-Token': 'secret' } } });
    expect(headers[0]!['user-agent']).toMatch(/^wasmqtt\/\d+\.\d+\.\d+/);
    expect(headers[1]).toMatchObject({ 'user-agent': 'mine', 'x-token': 'secret' });
  });
});

describe('the Wasm broker behind', () => {
  let broker: Broker;
  beforeAll(() => {
    broker = createBroker();
  });
  afterAll(() => broker.close());

  it('a TLS server is reached over mqtts:// by a client that trusts its certificate, and by no other', async () => {
    const folder = new URL('../../support/tls/', import.meta.url);
    const [key, cert] = await Promise.all([
      readFile(new URL('localhost.key', folder)),
      readFile(new URL('localhost.crt', folder)),
    ]);
    const server = createTlsServer({ key, cert }, (socket) => broker.handle(socket));
    const port = await listening(server);
    const client = await connected(`mqtts://127.0.0.1:${port}`, { ca: cert });
    await client.publishAsync('a', 'b', { qos: 1 });
    const checkServerIdentity = (hostname: string): Error => new Error(`not ${hostname}`);
    await expect(connectAsync(`mqtts://localhost:${port}`, { ca: cert, checkServerIdentity })).rejects.toThrow(
      'not localhost',
    );
    await expect(connectAsync(`mqtts://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  it('a WebSocket server of the package ws is reached over ws://', async () => {
    const server = createHttpServer();
    const webSockets = new WebSocketServer({
      server,
      path: '/mqtt',
      handleProtocols: (offered) => [...offered][0] ?? false,
    });
    webSockets.on('connection', (socket) => broker.handle(createWebSocketStream(socket)));
    const port = await listening(server);
    const client = await connected(`ws://127.0.0.1:${port}/mqtt?a=b`);
    const arriving = nextEvent<[string, Uint8Array]>(client, 'message');
    await client.subscribeAsync('a');
    await broker.publish('a', 'hello');
    expect(String((await arriving)[1])).toBe('hello');
    const payload = new Uint8Array(3_000_000).map((_byte, at) => at * 7);
    const arrivingWhole = nextEvent<[string, Uint8Array]>(client, 'message');
    await client.publishAsync('a', payload, { qos: 1 });
    expect(Buffer.compare((await arrivingWhole)[1], payload)).toBe(0);
    const closing = nextEvent<[CloseInfo]>(client, 'close');
    const anyClient = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, 'mqtt');
    const frames = new Collector<number>();
    anyClient.on('message', (data: Buffer) => frames.add(data.length));
    await nextEvent(anyClient, 'open');
    const connect: Packet = { cmd: 'connect', clientId: 'any', protocolVersion: 4, clean: true, keepalive: 0 };
    const subscribe: Packet = { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'b', qos: 0 }] };
    const message = { cmd: 'publish', topic: 'b', payload: 'x', qos: 0 } as Packet;
    anyClient.send(Buffer.concat([connect, subscribe, message, message].map((packet) => generate(packet))));
    expect(await frames.first(4)).toEqual([4, 5, 6, 6]); // a packet a frame
    anyClient.terminate();
    for (const socket of webSockets.clients) socket.close(4000, 'that is enough');
    expect((await closing)[0]).toEqual({ code: 4000, reason: 'that is enough', wasClean: true });
  });
});
