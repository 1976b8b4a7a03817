// Servers that send the client elsewhere: told always, followed if the application says so. [MQTT5 4.13]
import { afterEach, describe, expect, it } from '@jest/globals';
import { connect, type ClientOptions, type DisconnectPacket, type MqttClient } from 'wasmqtt';

import { readServerReference } from '../../../js/src/client/server-reference.ts';
import { nextEvent, settled } from '../../support/events.ts';
import { ScriptServer, type ScriptSocket } from '../../support/script-transport.ts';

const USE_ANOTHER_SERVER = 0x9c;
const SERVER_MOVED = 0x9d;

let clients: MqttClient[] = [];

function start(server: ScriptServer, options: ClientOptions = {}): MqttClient {
  const client = connect('ws://first.test:8080/path?x=1', {
    createWebsocket: server.createWebsocket,
    protocolVersion: 5,
    reconnectPeriod: 1,
    reconnectBackoff: 1,
    ...options,
  });
  clients.push(client);
  return client;
}

afterEach(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  clients = [];
});

async function refused(server: ScriptServer, reasonCode: number, serverReference: string): Promise<void> {
  const socket = await server.dialled();
  await socket.accept({ reasonCode, properties: { serverReference } });
}

function dismiss(socket: ScriptSocket, reasonCode: number, serverReference: string): void {
  socket.say({ cmd: 'disconnect', reasonCode, properties: { serverReference } });
}

describe('a Server Reference', () => {
  it.each([
    ['other.example', [{ host: 'other.example' }]],
    ['other.example:8883', [{ host: 'other.example', port: 8883 }]],
    ['[fe80::9610:3eff:fe1c]:1883 10.0.0.1', [{ host: 'fe80::9610:3eff:fe1c', port: 1883 }, { host: '10.0.0.1' }]],
    ['[::1]', [{ host: '::1' }]],
    [
      'a:1  b:2',
      [
        { host: 'a', port: 1 },
        { host: 'b', port: 2 },
      ],
    ],
    ['', []],
    ['ws://a/b a/b user@a a:b a:70000 [a ::1 a:1:2', []],
  ])('%s names %j', (reference, addresses) => {
    expect(readServerReference(reference)).toEqual(addresses);
  });
});

describe('a client that is sent elsewhere', () => {
  it('is told in the error and stays away, by default', async () => {
    const server = new ScriptServer(5);
    const client = start(server);
    const failing = nextEvent(client, 'error');
    const closing = nextEvent(client, 'close');
    await refused(server, USE_ANOTHER_SERVER, 'other.test');
    const [error] = await failing;
    expect(error).toMatchObject({ code: USE_ANOTHER_SERVER, serverReference: 'other.test' });
    await closing;
    await settled();
    expect(server.urls).toHaveLength(1);
  });

  it('is told in the disconnect event and comes back to the same server, by default', async () => {
    const server = new ScriptServer(5);
    const client = start(server);
    const leaving = nextEvent<[DisconnectPacket]>(client, 'disconnect');
    dismiss(await server.accepted(), SERVER_MOVED, 'other.test');
    const [packet] = await leaving;
    expect(packet).toMatchObject({ reasonCode: SERVER_MOVED, properties: { serverReference: 'other.test' } });
    await server.accepted();
    expect(server.urls).toEqual(Array(2).fill('ws://first.test:8080/path?x=1'));
  });

  it('goes there by the same protocol and path with followServerReference, and comes back afterwards', async () => {
    const server = new ScriptServer(5);
    const client = start(server, { followServerReference: true });
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    await refused(server, USE_ANOTHER_SERVER, 'other.test:9001');
    (await server.accepted()).drop();
    await server.accepted();
    expect(server.urls).toEqual([
      'ws://first.test:8080/path?x=1',
      'ws://other.test:9001/path?x=1',
      'ws://first.test:8080/path?x=1',
    ]);
    expect(errors).toEqual([]);
  });

  it('tries each of several addresses once', async () => {
    const server = new ScriptServer(5);
    start(server, { followServerReference: true });
    dismiss(await server.accepted(), USE_ANOTHER_SERVER, 'a.test [::1]:9001');
    for (let attempt = 0; attempt < 3; ++attempt) (await server.dialled()).drop();
    expect(server.urls.slice(1)).toEqual([
      'ws://a.test:80/path?x=1',
      'ws://[::1]:9001/path?x=1',
      'ws://first.test:8080/path?x=1',
    ]);
  });

  it('goes there for good when the server moved', async () => {
    const server = new ScriptServer(5);
    const client = start(server, { followServerReference: true });
    await refused(server, SERVER_MOVED, 'new.test:9001');
    for (let attempt = 0; attempt < 3; ++attempt) (await server.accepted()).drop();
    expect(server.urls.slice(1)).toEqual(Array(3).fill('ws://new.test:9001/path?x=1'));
    expect(client.options.servers).toEqual([{ host: 'new.test', port: 9001 }]);
  });

  it.each([
    ['an address that is none', 'ws://other.test/', {}],
    ['reconnectPeriod 0', 'other.test', { reconnectPeriod: 0 }],
  ])('stays and is told in spite of followServerReference, with %s', async (_, reference, options) => {
    const server = new ScriptServer(5);
    const client = start(server, { followServerReference: true, ...options });
    const failing = nextEvent(client, 'error');
    await refused(server, USE_ANOTHER_SERVER, reference);
    expect(await failing).toMatchObject([{ code: USE_ANOTHER_SERVER, serverReference: reference }]);
    await settled();
    expect(server.urls).toHaveLength(1);
  });
});
