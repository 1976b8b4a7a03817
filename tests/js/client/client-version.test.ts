// protocolVersion 'auto': 5.0 where the server speaks it, and 3.1.1 where it doesn't, without a word to the application.
import { afterEach, describe, expect, it } from '@jest/globals';
import { connect, type ClientOptions, type MqttClient } from 'wasmqtt';

import { nextEvent, settled } from '../../support/events.ts';
import { ScriptServer, ScriptSocket } from '../../support/script-transport.ts';

const refusalOf3_1_1 = Uint8Array.of(0x20, 2, 0, 1);
const refusalOf5_0 = Uint8Array.of(0x20, 3, 0, 0x84, 0);

let clients: MqttClient[] = [];

function start(server: ScriptServer, options: ClientOptions = {}): { client: MqttClient; events: string[] } {
  const client = connect('ws://server.test', {
    createWebsocket: server.createWebsocket,
    protocolVersion: 'auto',
    reconnectPeriod: 1_000_000,
    reconnectMaxPeriod: 1_000_000,
    ...options,
  });
  clients.push(client);
  const events: string[] = [];
  for (const event of ['connect', 'close', 'offline', 'reconnect', 'error', 'end'] as const)
    client.on(event, () => events.push(event));
  return { client, events };
}

/** The attempt in 5.0 is refused, the one in 3.1.1 accepted. */
async function fallenBack(server: ScriptServer, refuse: (socket: ScriptSocket) => unknown): Promise<ScriptSocket> {
  const first = (await server.dialled()).open();
  expect(await first.next('connect')).toMatchObject({ protocolVersion: 5 });
  refuse(first);
  const second = await server.dialled();
  expect(await second.accept()).toMatchObject({ protocolVersion: 4 });
  return second;
}

afterEach(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  clients = [];
});

describe("protocolVersion 'auto'", () => {
  it('speaks 5.0 with a server that does', async () => {
    const server = new ScriptServer(5);
    const { client } = start(server, { properties: { sessionExpiryInterval: 7 } });
    expect(client.protocolVersion).toBe('auto');
    const connecting = nextEvent(client, 'connect');
    const socket = await server.dialled();
    expect(await socket.accept()).toMatchObject({ protocolVersion: 5, properties: { sessionExpiryInterval: 7 } });
    const [connack] = await connecting;
    expect(connack).toMatchObject({ reasonCode: 0 });
    expect(client.protocolVersion).toBe(5);
  });

  it.each<[string, (socket: ScriptSocket) => unknown]>([
    ['refuses the version in the form of 3.1.1', (socket) => socket.sayBytes(refusalOf3_1_1)],
    ['refuses the version in the form of 5.0', (socket) => socket.sayBytes(refusalOf5_0)],
    ['closes without an answer', (socket) => socket.drop()],
  ])('speaks 3.1.1 at once with a server that %s', async (_name, refuse) => {
    const server = new ScriptServer();
    const { client, events } = start(server, { properties: { sessionExpiryInterval: 7 } });
    const connecting = nextEvent(client, 'connect');
    await fallenBack(server, refuse);
    const [connack] = await connecting;
    expect(connack).toMatchObject({ returnCode: 0 });
    expect(client.protocolVersion).toBe(4);
    expect(events).toEqual(['connect']);
  });

  it('leaves out what 3.1.1 does not have', async () => {
    const server = new ScriptServer();
    const { client } = start(server);
    const connecting = nextEvent(client, 'connect');
    const socket = await fallenBack(server, (first) => first.sayBytes(refusalOf3_1_1));
    await connecting;
    const properties = { topicAlias: 3, messageExpiryInterval: 60, userProperties: { a: 'b' } };
    client.publish('a', 'text', { qos: 1, properties });
    const publish = await socket.next('publish');
    expect(publish).toMatchObject({ topic: 'a', payload: Buffer.from('text') });
    socket.say({ cmd: 'puback', messageId: publish.messageId! });
    client.subscribe('b', { qos: 1, nl: true, rap: true, rh: 2, properties: { subscriptionIdentifier: 5 } });
    const subscribe = await socket.next('subscribe');
    expect(subscribe.subscriptions).toMatchObject([{ topic: 'b', qos: 1 }]);
    socket.say({ cmd: 'suback', messageId: subscribe.messageId!, granted: [1] });
    client.end(false, { reasonCode: 4, properties: { reasonString: 'bye' } });
    expect(await socket.next('disconnect')).toMatchObject({ length: 0 });
  });

  it('acknowledges messages without the reasons that 3.1.1 does not have', async () => {
    const server = new ScriptServer();
    const { client } = start(server, { customHandleAcks: (_topic, _payload, _packet, done) => done(null, 0x87) });
    const connecting = nextEvent(client, 'connect');
    const socket = await fallenBack(server, (first) => first.sayBytes(refusalOf3_1_1));
    await connecting;
    const arriving = nextEvent(client, 'message');
    socket.say({ cmd: 'publish', topic: 'a', payload: 'text', qos: 1, messageId: 9, retain: false, dup: false });
    await arriving;
    expect(await socket.next('puback')).toMatchObject({ messageId: 9, length: 2 });
  });

  it('tries the same server in the older version, not the next', async () => {
    const server = new ScriptServer();
    start(server, { servers: [{ host: 'one' }, { host: 'two' }], protocol: 'ws' });
    await fallenBack(server, (first) => first.sayBytes(refusalOf3_1_1));
    expect(server.urls).toEqual(['ws://one:80/', 'ws://one:80/']);
  });

  it('tells of a server that closes on both', async () => {
    const server = new ScriptServer();
    const { client, events } = start(server);
    const closing = nextEvent(client, 'close');
    (await server.dialled()).open().drop();
    (await server.dialled()).open().drop();
    await closing;
    await settled();
    expect(events).toEqual(['close', 'offline']);
    expect(client.reconnecting).toBe(true);
  });

  it('ends between the two versions', async () => {
    const server = new ScriptServer();
    const { client, events } = start(server);
    const socket = (await server.dialled()).open();
    await socket.next('connect');
    socket.sayBytes(refusalOf3_1_1);
    await client.endAsync();
    await settled();
    expect(client.disconnected).toBe(true);
    expect(events.at(-1)).toBe('end');
    expect(events).not.toContain('connect');
  });
});
