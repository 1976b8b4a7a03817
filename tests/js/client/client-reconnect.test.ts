// What survives a connection that breaks: messages, subscriptions and the session, and how the client comes back.
import { afterEach, describe, expect, it } from '@jest/globals';
import { connect, type ClientOptions, type MqttClient } from 'wasmqtt';

import { Collector, nextEvent, settled } from '../../support/events.ts';
import { ScriptServer } from '../../support/script-transport.ts';

let clients: MqttClient[] = [];

function start(server: ScriptServer, options: ClientOptions = {}): MqttClient {
  const client = connect('ws://server.test', {
    createWebsocket: server.createWebsocket,
    reconnectPeriod: 1,
    ...options,
  });
  clients.push(client);
  return client;
}

afterEach(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  clients = [];
});

describe('a client whose connection breaks', () => {
  it('tells close and offline, then reconnect and connect', async () => {
    const server = new ScriptServer();
    const client = start(server);
    const events: string[] = [];
    for (const event of ['connect', 'close', 'offline', 'reconnect'] as const)
      client.on(event, () => events.push(event));
    const socket = await server.accepted();
    await settled();
    socket.drop();
    expect(client).toMatchObject({ connected: false, reconnecting: true });
    const connecting = nextEvent(client, 'connect');
    await server.accepted();
    await connecting;
    expect(client).toMatchObject({ connected: true, reconnecting: false });
    expect(events).toEqual(['connect', 'close', 'offline', 'reconnect', 'connect']);
  });

  it('tells offline once, however many attempts fail', async () => {
    const server = new ScriptServer();
    const client = start(server);
    let count = 0;
    client.on('offline', () => ++count);
    for (let attempt = 0; attempt < 4; ++attempt) (await server.dialled()).drop();
    await server.accepted();
    expect(count).toBe(1);
  });

  it('does not come back with reconnectPeriod 0', async () => {
    const server = new ScriptServer();
    const client = start(server, { reconnectPeriod: 0 });
    const socket = await server.accepted();
    const closing = nextEvent(client, 'close');
    socket.drop();
    await closing;
    await settled();
    expect(client.reconnecting).toBe(false);
    expect(server.urls).toHaveLength(1);
  });

  it('does not come back after end()', async () => {
    const server = new ScriptServer();
    const client = start(server);
    await server.accepted();
    await client.endAsync();
    await settled();
    expect(server.urls).toHaveLength(1);
  });

  it('comes back at once when reconnect() is called during the pause', async () => {
    const server = new ScriptServer();
    const client = start(server, { reconnectPeriod: 1_000_000, reconnectMaxPeriod: 1_000_000 });
    const socket = await server.accepted();
    const offline = nextEvent(client, 'offline');
    socket.drop();
    await offline;
    client.reconnect();
    await server.accepted();
  });

  it('comes back after end() when reconnect() is called', async () => {
    const server = new ScriptServer();
    const client = start(server);
    await server.accepted();
    await client.endAsync();
    const connecting = nextEvent(client, 'connect');
    client.reconnect();
    await server.accepted();
    await connecting;
    expect(client).toMatchObject({ connected: true, disconnecting: false, disconnected: false });
  });

  it('asks a server that refused again only with reconnectOnConnackError', async () => {
    const server = new ScriptServer();
    const client = start(server, { reconnectOnConnackError: true });
    const failing = nextEvent(client, 'error');
    await (await server.dialled()).accept({ returnCode: 3 });
    await failing;
    await server.accepted();
  });

  it('goes from server to server', async () => {
    const server = new ScriptServer();
    const servers = [
      { host: 'one', port: 1 },
      { host: 'two', port: 2 },
    ] as const;
    start(server, { servers: [...servers], protocol: 'ws' });
    for (let attempt = 0; attempt < 3; ++attempt) (await server.dialled()).drop();
    expect(server.urls.slice(0, 3)).toEqual(['ws://one:1/', 'ws://two:2/', 'ws://one:1/']);
  });

  it('uses the options as they are at each attempt', async () => {
    const server = new ScriptServer();
    const client = start(server, { username: 'user', password: 'old' });
    client.on('reconnect', () => (client.options.password = 'new'));
    const first = await server.dialled();
    expect((await first.accept()).password?.toString()).toBe('old');
    first.drop();
    expect((await (await server.dialled()).accept()).password?.toString()).toBe('new');
  });
});

describe('what is asked of the application for each attempt', () => {
  it('may be promised: credentials, URL and WebSocket', async () => {
    const server = new ScriptServer();
    let tokens = 0;
    const client = start(server, {
      credentials: async ({ options }) => ({ username: options.clientId, password: `token ${++tokens}` }),
      transformWsUrl: async (url) => `${url}?token=${tokens}`,
      createWebsocket: async (url, subprotocols) => server.createWebsocket(url, subprotocols),
      clientId: 'me',
    });
    for (const token of [1, 2]) {
      const socket = await server.dialled();
      const { username, password } = await socket.accept();
      expect([username, String(password)]).toEqual(['me', `token ${token}`]);
      socket.drop();
    }
    expect(server.urls.slice(0, 2)).toEqual(['ws://server.test:80/?token=1', 'ws://server.test:80/?token=2']);
    expect(client.options).toMatchObject({ username: 'me' });
  });

  it.each(['credentials', 'transformWsUrl', 'createWebsocket'] as const)(
    'is an error of that attempt when it is not to be had (%s), and is asked for again',
    async (name) => {
      const server = new ScriptServer();
      let isRefused = true;
      const refusing = async (...args: never[]): Promise<never> => {
        if (isRefused) throw new Error('no token today');
        if (name === 'credentials') return {} as never;
        return (name === 'transformWsUrl' ? args[0] : server.createWebsocket(args[0]!, args[1]!)) as never;
      };
      const client = start(server, { [name]: refusing });
      const closing = nextEvent(client, 'close');
      const [error] = await nextEvent<[Error]>(client, 'error');
      expect(error.message).toBe('no token today');
      await closing;
      isRefused = false;
      await server.accepted();
    },
  );

  it('is of no use any more when it comes after end()', async () => {
    const server = new ScriptServer();
    let answer!: (url: string) => void;
    const client = start(server, { transformWsUrl: () => new Promise((given) => (answer = given)) });
    await settled();
    await client.endAsync();
    answer('ws://too.late/');
    await settled();
    expect(server.urls).toEqual([]);
  });

  it('does not disturb the attempt that took its place when it comes late', async () => {
    const server = new ScriptServer();
    const answers: ((url: string) => void)[] = [];
    const client = start(server, { transformWsUrl: () => new Promise((answer) => answers.push(answer)) });
    await settled();
    await client.endAsync();
    client.reconnect();
    await settled();
    answers[1]!('ws://second/');
    const connecting = nextEvent(client, 'connect');
    const socket = await server.accepted();
    answers[0]!('ws://first/');
    await connecting;
    await settled();
    expect(server.urls).toEqual(['ws://second/']);
    expect(client.connected).toBe(true);
    expect(socket.readyState).toBe(1);
  });
});

describe('subscriptions', () => {
  async function subscribed(options: ClientOptions, protocolVersion: 4 | 5 = 4) {
    const server = new ScriptServer(protocolVersion);
    const client = start(server, { protocolVersion, ...options });
    const socket = await server.accepted();
    const subscribing = client.subscribeAsync({ 'a/#': { qos: 1 }, b: { qos: 0 } });
    socket.say({ cmd: 'suback', messageId: (await socket.next('subscribe')).messageId!, granted: [1, 0] });
    await subscribing;
    return { server, client, socket };
  }

  it('are made again when the server has no session', async () => {
    const { server, socket } = await subscribed({});
    socket.drop();
    const again = await server.accepted();
    expect((await again.next('subscribe')).subscriptions).toMatchObject([
      { topic: 'a/#', qos: 1 },
      { topic: 'b', qos: 0 },
    ]);
  });

  it('are not made again when the server kept the session', async () => {
    const { server, client, socket } = await subscribed({ clean: false, clientId: 'me' });
    socket.drop();
    const connecting = nextEvent(client, 'connect');
    const again = await server.accepted({ sessionPresent: true });
    await connecting;
    await settled();
    expect(again.has('subscribe')).toBe(false);
  });

  it('are not made again without the option resubscribe, nor after unsubscribe()', async () => {
    const without = await subscribed({ resubscribe: false });
    without.socket.drop();
    const connecting = nextEvent(without.client, 'connect');
    const again = await without.server.accepted();
    await connecting;
    await settled();
    expect(again.has('subscribe')).toBe(false);

    const { server, client, socket } = await subscribed({});
    client.unsubscribe('a/#');
    await socket.next('unsubscribe');
    socket.drop();
    expect((await (await server.accepted()).next('subscribe')).subscriptions).toMatchObject([{ topic: 'b' }]);
  });

  it('keep their 5.0 options', async () => {
    const server = new ScriptServer(5);
    const client = start(server, { protocolVersion: 5 });
    const socket = await server.accepted();
    client.subscribe('a', { qos: 1, nl: true, rap: true, rh: 2 });
    socket.say({ cmd: 'suback', messageId: (await socket.next('subscribe')).messageId!, granted: [1] });
    socket.drop();
    const again = await server.accepted();
    expect((await again.next('subscribe')).subscriptions).toMatchObject([
      { topic: 'a', qos: 1, nl: true, rap: true, rh: 2 },
    ]);
  });
});

describe('messages', () => {
  it('published before the first connection leave when it is there, in order', async () => {
    const server = new ScriptServer();
    const client = start(server);
    const publishing = [
      client.publishAsync('a', '0'),
      client.publishAsync('a', '1', { qos: 1 }),
      client.publishAsync('a', '2'),
    ];
    client.subscribe('b');
    const socket = await server.accepted();
    for (const payload of ['0', '1', '2']) {
      const packet = await socket.next('publish');
      expect(packet.payload.toString()).toBe(payload);
      if (packet.qos === 1) socket.say({ cmd: 'puback', messageId: packet.messageId! });
    }
    expect((await socket.next('subscribe')).subscriptions).toMatchObject([{ topic: 'b' }]);
    await Promise.all(publishing);
  });

  it('of QoS 1 that the server did not acknowledge go out again, as duplicates, when it kept the session', async () => {
    const server = new ScriptServer();
    const client = start(server, { clean: false, clientId: 'me' });
    const socket = await server.accepted();
    const publishing = client.publishAsync('a', 'text', { qos: 1 });
    const first = await socket.next('publish');
    expect(first.dup).toBe(false);
    socket.drop();
    const again = await server.accepted({ sessionPresent: true });
    const second = await again.next('publish');
    expect(second).toMatchObject({ messageId: first.messageId, dup: true, topic: 'a' });
    again.say({ cmd: 'puback', messageId: second.messageId! });
    await publishing;
  });

  it('of QoS 1 that the server did not acknowledge go out anew when it has no session', async () => {
    const server = new ScriptServer();
    const client = start(server);
    const socket = await server.accepted();
    const publishing = client.publishAsync('a', 'text', { qos: 1 });
    await socket.next('publish');
    socket.drop();
    const again = await server.accepted();
    const second = await again.next('publish');
    expect(second).toMatchObject({ dup: false, topic: 'a' });
    again.say({ cmd: 'puback', messageId: second.messageId! });
    await publishing;
  });

  it('of QoS 2 go on where they stood', async () => {
    const server = new ScriptServer();
    const client = start(server, { clean: false, clientId: 'me' });
    const socket = await server.accepted();
    const publishing = client.publishAsync('a', 'text', { qos: 2 });
    const { messageId } = await socket.next('publish');
    socket.say({ cmd: 'pubrec', messageId: messageId! });
    await socket.next('pubrel');
    socket.drop();
    const again = await server.accepted({ sessionPresent: true });
    expect((await again.next('pubrel')).messageId).toBe(messageId);
    expect(again.has('publish')).toBe(false);
    again.say({ cmd: 'pubcomp', messageId: messageId! });
    await publishing;
  });

  it('that were removed after they were sent do not go out again in the session that the server kept', async () => {
    const server = new ScriptServer();
    const client = start(server, { clean: false, clientId: 'me' });
    const socket = await server.accepted();
    const removed = (['one', 'two'] as const).map((payload, index) => {
      const publishing = client.publishAsync('a', payload, { qos: index === 0 ? 1 : 2 });
      return { publishing, id: client.getLastMessageId() };
    });
    const kept = client.publishAsync('a', 'three', { qos: 1 });
    await socket.next('publish');
    const ofQos2 = await socket.next('publish');
    await socket.next('publish');
    for (const { publishing, id } of removed) {
      client.removeOutgoingMessage(id);
      await expect(publishing).rejects.toMatchObject({ code: 'ERR_MQTT_REMOVED' });
    }
    socket.drop();
    const again = await server.accepted({ sessionPresent: true });
    expect((await again.next('pubrel')).messageId).toBe(ofQos2.messageId);
    const sent = await again.next('publish');
    expect(sent.payload.toString()).toBe('three');
    again.say({ cmd: 'pubcomp', messageId: ofQos2.messageId! }, { cmd: 'puback', messageId: sent.messageId! });
    await kept;
    expect(again.has('publish')).toBe(false);
  });

  it('published while offline wait for the next connection', async () => {
    const server = new ScriptServer();
    const client = start(server);
    const offline = nextEvent(client, 'offline');
    (await server.accepted()).drop();
    await offline;
    const publishing = client.publishAsync('a', 'text', { qos: 1 });
    const socket = await server.accepted();
    socket.say({ cmd: 'puback', messageId: (await socket.next('publish')).messageId! });
    await publishing;
  });

  it('of QoS 0 fail while offline with queueQoSZero false', async () => {
    const server = new ScriptServer();
    const client = start(server, { queueQoSZero: false });
    await expect(client.publishAsync('a', 'text')).rejects.toThrow('No connection to broker');
  });

  it('that handleMessage() is done with when their connection is gone do not hold up those of the next', async () => {
    const server = new ScriptServer();
    const client = start(server);
    const handled = new Collector<() => void>();
    client.handleMessage = (_packet, callback) => handled.add(callback);
    const publish = { cmd: 'publish', topic: 'a', payload: '', qos: 0, retain: false, dup: false } as const;
    const first = await server.accepted();
    first.say(publish);
    const [late] = await handled.first(1);
    first.drop();
    const second = await server.accepted();
    late!();
    second.say(publish);
    const [, onTime] = await handled.first(2);
    onTime!();
    second.say(publish);
    await handled.first(3);
  });

  it('beyond maximumQueuedMessages fail', async () => {
    const server = new ScriptServer();
    const client = start(server, { maximumQueuedMessages: 1 });
    const waiting = expect(client.publishAsync('a', '1')).rejects.toThrow('Connection closed');
    await expect(client.publishAsync('a', '2')).rejects.toMatchObject({ code: 'ERR_MQTT_LIMIT' });
    await client.endAsync(true);
    await waiting;
  });
});
