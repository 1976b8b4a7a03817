// What a client does when, on a clock that is moved by hand.
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect, type ClientOptions, type MqttClient } from 'wasmqtt';

import { nextEvent, settled } from '../../support/events.ts';
import { ScriptServer } from '../../support/script-transport.ts';

let client: MqttClient;

// Before the first client: the package's clock must not go back.
beforeAll(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'setImmediate', 'nextTick'] });
});
afterAll(() => {
  jest.useRealTimers();
});

afterEach(() => client.endAsync(true));

function start(server: ScriptServer, options: ClientOptions): MqttClient {
  client = connect('ws://server.test', { createWebsocket: server.createWebsocket, reconnectJitter: 0, ...options });
  return client;
}

async function pass(milliseconds: number): Promise<void> {
  jest.advanceTimersByTime(milliseconds);
  await settled();
}

describe('nextAttemptAt', () => {
  it('is known when close is told, and gone when the attempt begins', async () => {
    const server = new ScriptServer();
    start(server, { reconnectPeriod: 3000 });
    const pauses: unknown[] = [];
    const note = (): void => {
      const at = client.nextAttemptAt;
      pauses.push(at && at - performance.now());
    };
    for (const event of ['connect', 'close', 'offline', 'reconnect'] as const) client.on(event, note);
    const connecting = nextEvent(client, 'connect');
    const socket = await server.accepted();
    await connecting;
    socket.drop();
    await pass(2999);
    expect(client.nextAttemptAt).toBe(performance.now() + 1);
    expect(client.reconnecting).toBe(true);
    await pass(1);
    (await server.dialled()).drop();
    expect(pauses).toEqual([undefined, 3000, 3000, undefined, 6000]);
  });

  it('is known though the first attempt fails before the Wasm module has started', async () => {
    const server = new ScriptServer();
    start(server, { reconnectPeriod: 3000 });
    const closing = nextEvent(client, 'close');
    (await server.dialled()).drop();
    await closing;
    expect(client.nextAttemptAt).toBe(performance.now() + 3000);
  });

  it.each<[string, ClientOptions, (socket: { drop(): void }) => unknown]>([
    ['with reconnectPeriod 0', { reconnectPeriod: 0 }, (socket) => socket.drop()],
    ['after end()', {}, () => client.end()],
  ])('is undefined when there will be none: %s', async (_name, options, lose) => {
    const server = new ScriptServer();
    start(server, options);
    const socket = await server.accepted();
    const closing = nextEvent(client, 'close');
    lose(socket);
    await closing;
    expect(client.nextAttemptAt).toBeUndefined();
    expect(client.reconnecting).toBe(false);
  });

  it('is undefined when a server has refused', async () => {
    const server = new ScriptServer();
    start(server, {});
    client.on('error', () => undefined);
    const closing = nextEvent(client, 'close');
    await (await server.dialled()).accept({ returnCode: 5 });
    await closing;
    expect(client.nextAttemptAt).toBeUndefined();
  });

  it('is undefined once end() or reconnect() has cut the pause short', async () => {
    const server = new ScriptServer();
    start(server, {});
    const offline = nextEvent(client, 'offline');
    (await server.dialled()).drop();
    await offline;
    expect(client.nextAttemptAt).toBeDefined();
    client.reconnect();
    expect(client.nextAttemptAt).toBeUndefined();
    const closing = nextEvent(client, 'close');
    (await server.dialled()).drop();
    await closing;
    expect(client.nextAttemptAt).toBeDefined();
    client.end();
    expect(client.nextAttemptAt).toBeUndefined();
    await pass(1_000_000);
    expect(server.urls).toHaveLength(2);
  });
});

it('a server that never answers is given up after connectTimeout', async () => {
  const server = new ScriptServer();
  start(server, { connectTimeout: 500 });
  const failing = nextEvent<[Error & { code: string }]>(client, 'error');
  const socket = await server.dialled();
  socket.open();
  await socket.next('connect');
  await pass(500);
  expect((await failing)[0].code).toBe('ERR_MQTT_CONNACK_TIMEOUT');
});

describe('a server', () => {
  it('is not given up while a long packet leaves the WebSocket, and is when nothing does', async () => {
    const server = new ScriptServer();
    start(server, { keepalive: 4, reconnectPeriod: 0 });
    const connecting = nextEvent(client, 'connect');
    const socket = await server.accepted();
    await connecting;
    const errors: string[] = [];
    client.on('error', ({ message }) => errors.push(message));
    client.publish('a', new Uint8Array(500_000));
    for (socket.bufferedAmount = 500_000; socket.bufferedAmount > 100_000; socket.bufferedAmount -= 2500)
      await pass(100);
    expect(client.connected).toBe(true);
    expect(socket.has('pingreq')).toBe(true);
    // What has left may be on a slow way for so long.
    for (let second = 0; second < 40 && client.connected; ++second) await pass(1000);
    expect(errors).toEqual(['Keepalive timeout']);
  });
});
