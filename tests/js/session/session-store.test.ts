// A client whose session outlives it: what the next one sends again and knows already, and when what relies on the
// store leaves.
import { afterEach, describe, expect, it } from '@jest/globals';
import { connect, Store, type ClientOptions, type MqttClient, type SessionChange, type SessionStore } from 'wasmqtt';

import { nextEvent, settled } from '../../support/events.ts';
import { ScriptServer, type ScriptSocket } from '../../support/script-transport.ts';

let clients: MqttClient[] = [];

function start(server: ScriptServer, options: ClientOptions): MqttClient {
  const client = connect('ws://server.test', {
    createWebsocket: server.createWebsocket,
    reconnectPeriod: 1,
    clean: false,
    clientId: 'keeper',
    ...options,
  });
  clients.push(client);
  return client;
}

afterEach(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  clients = [];
});

/** A store whose writes are done when the test says so. */
class SlowStore extends Store {
  readonly #waiting: (() => void)[] = [];
  failure: Error | undefined;

  override write(changes: readonly SessionChange[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        if (this.failure !== undefined) return reject(this.failure);
        super.write(changes);
        resolve();
      });
    });
  }

  /** Lets everything that was written so far be done. */
  async store(): Promise<void> {
    for (const done of this.#waiting.splice(0)) done();
    await settled();
  }
}

async function connected(server: ScriptServer, sessionPresent = false): Promise<ScriptSocket> {
  return server.accepted({ sessionPresent });
}

/** A client with a slow store that is connected, and has nothing left to write. */
async function startSlow(
  server: ScriptServer,
): Promise<{ client: MqttClient; socket: ScriptSocket; store: SlowStore }> {
  const store = new SlowStore();
  const client = start(server, { sessionStore: store });
  await settled();
  await store.store();
  return { client, socket: await connected(server), store };
}

/** Ends once the store has what it was to have. */
async function endSlow(client: MqttClient, store: SlowStore): Promise<void> {
  const ending = client.endAsync(true);
  await settled();
  await store.store();
  await ending;
}

describe('a client with a session store', () => {
  it('sends again what an earlier client had no answer for', async () => {
    const server = new ScriptServer();
    const sessionStore = new Store();
    const first = start(server, { sessionStore });
    const socket = await connected(server);
    first.publish('a', 'one', { qos: 1 });
    first.publish('a', 'two', { qos: 2 });
    const one = await socket.next('publish');
    const two = await socket.next('publish');
    socket.say({ cmd: 'pubrec', messageId: two.messageId! });
    await socket.next('pubrel');
    await first.endAsync(true);
    start(server, { sessionStore });
    const again = await connected(server, true);
    expect(await again.next('publish')).toMatchObject({ messageId: one.messageId, dup: true, qos: 1 });
    expect(await again.next('pubrel')).toMatchObject({ messageId: two.messageId });
  });

  it('publishes what an earlier client could not send, and then its own', async () => {
    const server = new ScriptServer();
    const sessionStore = new Store();
    const first = start(server, { sessionStore });
    first.publish('a', 'one', { qos: 1 });
    await first.endAsync(true);
    const second = start(server, { sessionStore });
    second.publish('a', 'two', { qos: 1 });
    const socket = await connected(server);
    expect(String((await socket.next('publish')).payload)).toBe('one');
    expect(String((await socket.next('publish')).payload)).toBe('two');
  });

  it('knows which messages of QoS 2 an earlier client has had', async () => {
    const server = new ScriptServer();
    const sessionStore = new Store();
    const message = { cmd: 'publish', topic: 't', payload: 'x', qos: 2, messageId: 7, retain: false } as const;
    const first = start(server, { sessionStore });
    const socket = await connected(server);
    socket.say({ ...message, dup: false });
    await socket.next('pubrec');
    await first.endAsync(true);
    const second = start(server, { sessionStore });
    const payloads: string[] = [];
    second.on('message', (_topic, payload) => payloads.push(payload.toString()));
    const again = await connected(server, true);
    again.say({ ...message, dup: true }, { ...message, dup: false, messageId: 8, payload: 'y' });
    await again.next('pubrec');
    await again.next('pubrec');
    expect(payloads).toEqual(['y']);
  });

  it('sends nothing that relies on what is not stored yet', async () => {
    const server = new ScriptServer();
    const { client, socket, store } = await startSlow(server);
    let isStored = false;
    client.publish('a', 'one', { qos: 1, cbStorePut: () => (isStored = true) });
    socket.say({ cmd: 'publish', topic: 't', payload: 'x', qos: 2, messageId: 7, dup: false, retain: false });
    await settled();
    expect([socket.has('publish'), socket.has('pubrec'), isStored]).toEqual([false, false, false]);
    await store.store();
    await store.store();
    expect([socket.has('publish'), socket.has('pubrec'), isStored]).toEqual([true, true, true]);
    await endSlow(client, store);
  });

  it('says that a message is stored when it is, though it was published before the store was read', async () => {
    const sessionStore = new Store();
    let read = (): void => undefined;
    const reading = new Promise<void>((resolve) => (read = resolve));
    const slow: SessionStore = {
      read: () => reading.then(() => sessionStore.read()),
      write: (changes) => sessionStore.write(changes),
    };
    const client = start(new ScriptServer(), { sessionStore: slow });
    let isStored = false;
    client.publish('a', 'one', { qos: 1, cbStorePut: () => (isStored = true) });
    await settled();
    expect(isStored).toBe(false);
    read();
    await settled();
    expect([isStored, [...sessionStore.read()].length]).toEqual([true, 2]);
  });

  it('tells of a store that fails, closes the connection and sends when it works again', async () => {
    const server = new ScriptServer();
    const { client, socket, store } = await startSlow(server);
    store.failure = new Error('disk full');
    client.publish('a', 'one', { qos: 1 });
    const failing = nextEvent<[Error & { code?: string }]>(client, 'error');
    const closing = nextEvent(client, 'close');
    await settled();
    await store.store();
    const [error] = await failing;
    await closing;
    expect(error).toMatchObject({ code: 'ERR_MQTT_STORE', message: 'the session store could not write: disk full' });
    expect(socket.has('publish')).toBe(false);
    store.failure = undefined;
    const next = await server.dialled();
    next.open();
    await settled();
    await store.store();
    await next.next('connect');
    next.say({ cmd: 'connack', sessionPresent: false, returnCode: 0 });
    await settled();
    await store.store();
    expect(await next.next('publish')).toMatchObject({ topic: 'a' });
    await endSlow(client, store);
  });

  it('cannot connect when the store cannot be read, and says why', async () => {
    const server = new ScriptServer();
    const sessionStore: SessionStore = {
      read: () => Promise.reject(new Error('no such disk')),
      write: () => undefined,
    };
    const client = start(server, { sessionStore, reconnectPeriod: 0 });
    const [error] = await nextEvent<[Error]>(client, 'error');
    expect(error).toMatchObject({
      code: 'ERR_MQTT_STORE',
      message: 'the session store could not read: no such disk',
    });
    expect(server.urls).toEqual([]);
  });

  it('cannot connect with records that another version has written', async () => {
    const server = new ScriptServer();
    const sessionStore = new Store();
    sessionStore.write([{ key: '30', value: new Uint8Array([0, 0, 0, 99]) }]);
    const client = start(server, { sessionStore });
    const [error] = await nextEvent<[Error]>(client, 'error');
    expect(error.message).toMatch(/another version of the client/);
  });

  it("takes MQTT.js's options with the same Store for a client that follows another", async () => {
    const server = new ScriptServer();
    const stores = { incomingStore: new Store({ clean: false }), outgoingStore: new Store({ clean: false }) };
    const first = start(server, stores);
    const socket = await connected(server);
    first.publish('a', 'one', { qos: 1 });
    await socket.next('publish');
    await first.endAsync(true);
    start(server, stores);
    const again = await connected(server, true);
    expect(await again.next('publish')).toMatchObject({ dup: true });
  });

  it('goes on with its session when it connects again', async () => {
    const server = new ScriptServer();
    const client = start(server, { sessionStore: new Store() });
    const socket = await connected(server);
    client.publish('a', 'one', { qos: 1 });
    await socket.next('publish');
    await client.endAsync(true);
    client.reconnect();
    const again = await connected(server, true);
    expect(await again.next('publish')).toMatchObject({ dup: true });
  });

  it.each([
    [{ clean: true }, /clean: true drops/],
    [{ sessionStore: 'file' as never }, /sessionStore is no store/],
    [{ sessionStore: {} as never }, /sessionStore is no store/],
  ])('is not made with %j', (options, message) => {
    expect(() => start(new ScriptServer(), { sessionStore: new Store(), ...options })).toThrow(message);
  });
});
