// Attempts to connect that fail in every way that there is, in any order, against a model of what must come of it: the
// next attempt comes when it was due, reconnect() begins one at once, and every operation settles.
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect, type ClientOptions, type MqttClient } from 'wasmqtt';

import { settled } from '../../support/events.ts';
import { ScriptSocket } from '../../support/script-transport.ts';

const CONNECT_TIMEOUT = 1000;
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1000;
/** Milliseconds within which every failure ends its attempt: the longest is a silent server's that never agrees to a close. */
const PATIENCE = 8000;

// Before the first client: the package's clock must not go back.
beforeAll(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'setImmediate', 'nextTick'] });
});
afterAll(() => {
  jest.useRealTimers();
});

/** A server's end that does not tell that it has closed. */
class DeafSocket extends ScriptSocket {
  override close(): void {
    this.readyState = 2;
  }
}

type Hook = 'credentials' | 'transformWsUrl' | 'createWebsocket';
const hooks: readonly Hook[] = ['credentials', 'transformWsUrl', 'createWebsocket'];

/** What becomes of an attempt: what a hook of the application answers, or what the server does with the socket. */
interface Way {
  readonly name: string;
  readonly hook?: Hook;
  readonly answer?: () => unknown;
  readonly isDeaf?: boolean;
  readonly serve?: (socket: ScriptSocket) => unknown;
}

const garbage = Uint8Array.of(0x20, 0x02, 0xff, 0xff);

function hookWays(hook: Hook): Way[] {
  return [
    {
      name: `${hook} throws`,
      hook,
      answer: () => {
        throw new Error('thrown');
      },
    },
    { name: `${hook} rejects`, hook, answer: () => Promise.reject(new Error('rejected')) },
    { name: `${hook} never settles`, hook, answer: () => new Promise(() => undefined) },
    { name: `${hook} answers nonsense`, hook, answer: () => (hook === 'transformWsUrl' ? Promise.reject(7) : 7) },
  ];
}

const serverWays: Way[] = [
  { name: 'the socket never opens', serve: () => undefined },
  { name: 'the socket closes before it opens', serve: (socket) => socket.drop() },
  {
    name: 'the socket fails before it opens',
    serve: (socket) => {
      socket.dispatchEvent(Object.assign(new Event('error'), { error: new Error('refused') }));
      socket.drop();
    },
  },
  { name: 'the server never answers', serve: (socket) => socket.open() },
  { name: 'the server closes without an answer', serve: (socket) => socket.open().drop(1000, '', true) },
  { name: 'the server answers garbage', serve: (socket) => socket.open().sayBytes(garbage) },
  { name: 'the server answers HTTP', serve: (socket) => socket.open().sayBytes(Buffer.from('HTTP/1.1 400 Bad\r\n')) },
  { name: 'the server answers text', serve: (socket) => socket.open().sayText('hello') },
  { name: 'the server refuses', serve: (socket) => socket.accept({ returnCode: 3 }) },
  { name: 'the server accepts and is lost', serve: async (socket) => (await socket.accept(), socket.drop()) },
  { name: 'the server accepts and is silent', serve: (socket) => socket.accept() },
  {
    name: 'the server accepts and sends garbage',
    serve: async (socket) => (await socket.accept(), socket.sayBytes(garbage)),
  },
];

const ways: readonly Way[] = [
  ...hooks.flatMap(hookWays),
  ...serverWays,
  ...serverWays.map((way) => ({ ...way, name: `${way.name}, and tells no close`, isDeaf: true })),
];

/** Any generator does; each seed is another history. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A client, and the world in which its attempts fail. */
class World {
  readonly client: MqttClient;
  way: Way = serverWays[0]!;
  attempts = 0;
  sockets: ScriptSocket[] = [];
  readonly events = { connect: 0, close: 0, error: 0, reconnect: 0, end: 0 };
  /** Those that begin with a close: how long each is. One that reconnect() or end() called off is none. */
  pauses: number[] = [];
  #heard = { close: 0, error: 0 };
  readonly unsettled = new Set<string>();

  constructor() {
    const options: ClientOptions = {
      connectTimeout: CONNECT_TIMEOUT,
      reconnectPeriod: FIRST_PAUSE,
      reconnectMaxPeriod: LONGEST_PAUSE,
      reconnectJitter: 0,
      reconnectOnConnackError: true,
      keepalive: 1,
      manualConnect: true,
      credentials: () => {
        ++this.attempts;
        this.#heard = { ...this.events };
        return this.#answer('credentials', {}) as object;
      },
      transformWsUrl: (url) => this.#answer('transformWsUrl', url) as string,
      createWebsocket: () => {
        const answer = this.#answer('createWebsocket', undefined);
        return (answer ?? this.#socket()) as WebSocket;
      },
    };
    this.client = connect('ws://server.test', options);
    for (const event of ['connect', 'close', 'error', 'reconnect', 'end'] as const)
      this.client.on(event, () => ++this.events[event]);
    this.client.on('close', () => {
      const pause = (this.client.nextAttemptAt ?? 0) - performance.now();
      if (pause > 0) this.pauses.push(pause);
    });
  }

  #answer(hook: Hook, usual: unknown): unknown {
    return this.way.hook === hook ? this.way.answer!() : usual;
  }

  #socket(): ScriptSocket {
    const socket = this.way.isDeaf ? new DeafSocket() : new ScriptSocket();
    const { serve } = this.way;
    this.sockets.push(socket);
    setImmediate(() => void serve?.(socket));
    return socket;
  }

  publish(name: string): void {
    this.unsettled.add(name);
    this.client.publish('topic', name, { qos: 1 }, () => this.unsettled.delete(name));
  }

  async pass(milliseconds: number): Promise<void> {
    jest.advanceTimersByTime(milliseconds);
    await settled();
  }

  /** Lets the attempt that began last fail. */
  async failed(): Promise<void> {
    const { close, error } = this.#heard;
    for (let waited = 0; this.events.close === close && waited < PATIENCE; waited += 50) await this.pass(50);
    expect([this.way.name, this.events.close - close]).toEqual([this.way.name, 1]);
    expect([this.way.name, this.events.error - error <= 1]).toEqual([this.way.name, true]);
    expect(this.client.reconnecting).toBe(true);
  }

  /** Accepts the next attempt, and acknowledges all that comes, until nobody waits. */
  async accept(): Promise<void> {
    this.way = {
      name: 'the server accepts',
      serve: async (socket) => {
        await socket.accept();
        while (true) socket.say({ cmd: 'puback', messageId: (await socket.next('publish')).messageId! });
      },
    };
    const { connect } = this.events;
    this.client.reconnect();
    for (let round = 0; round < 3; ++round) await this.pass(0);
    expect([this.client.connected, this.events.connect]).toEqual([true, connect + 1]);
  }
}

describe('every way in which an attempt can fail', () => {
  it.each(ways.map((way) => [way.name, way] as const))('is followed by the next when it is due: %s', async (_, way) => {
    const world = new World();
    world.way = way;
    world.client.connect();
    await settled();
    for (const attempts of [1, 2, 3]) {
      await world.failed();
      await world.pass(world.client.nextAttemptAt! - performance.now() - 1);
      expect(world.attempts).toBe(attempts);
      await world.pass(1);
      expect(world.attempts).toBe(attempts + 1);
    }
    expect(world.pauses.slice(0, 3)).toEqual([100, 200, 400]);
    await world.client.endAsync(true);
  });

  it.each(ways.map((way) => [way.name, way] as const))('gives way to reconnect() at any moment: %s', async (_, way) => {
    for (const moment of [0, 500, CONNECT_TIMEOUT, CONNECT_TIMEOUT + 60, 2500]) {
      const world = new World();
      world.way = way;
      world.client.connect();
      if (moment > 0) await world.pass(moment);
      await world.accept();
      const ending = world.client.endAsync(true);
      await world.pass(0);
      await ending;
    }
  });
});

describe('a client whose attempts fail in any order', () => {
  it.each(Array.from({ length: 25 }, (_, index) => index + 1))('does what the model says (seed %i)', async (seed) => {
    const next = numbersFrom(seed);
    const world = new World();
    const begin = async (act: () => void): Promise<void> => {
      const { attempts } = world;
      world.way = ways[next(ways.length)]!;
      act();
      for (let round = 0; round < 3; ++round) await world.pass(0);
      expect(world.attempts).toBe(attempts + 1);
    };
    const end = async (): Promise<void> => {
      const ending = world.client.endAsync(true);
      await world.pass(0);
      await ending;
      expect([...world.unsettled]).toEqual([]);
      expect(world.pauses).toEqual(pausesOf(world.pauses.length));
      world.pauses = [];
    };
    await begin(() => world.client.connect());
    for (let step = 0; step < 25; ++step) {
      if (next(3) === 0) world.publish(`message ${step}`);
      const choice = next(10);
      if (choice === 0) {
        await world.pass(next(2500));
        const { reconnect } = world.events;
        await begin(() => world.client.reconnect());
        expect(world.events.reconnect).toBe(reconnect + 1);
      } else if (choice === 1) {
        await end();
        await begin(() => world.client.connect());
      } else {
        await world.failed();
        await begin(() => jest.advanceTimersByTime(world.client.nextAttemptAt! - performance.now()));
      }
    }
    await world.accept();
    expect([...world.unsettled]).toEqual([]);
    await end();
  });
});

/** Each is twice as long as the one before, up to the longest. */
function pausesOf(count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.min(FIRST_PAUSE * 2 ** index, LONGEST_PAUSE));
}
