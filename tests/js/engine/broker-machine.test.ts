import { describe, expect, it } from '@jest/globals';

import { type BrokerConnection, type BrokerLink, BrokerMachine } from '../../../js/src/engine/broker-machine.ts';
import { ClientMachine } from '../../../js/src/engine/client-machine.ts';
import type { Engine } from '../../../js/src/engine/engine.ts';
import {
  type BrokerMachineOptions,
  type BrokerSink,
  type ClientMachineOptions,
  type ConnectPacket,
  PublishFlags,
} from '../../../js/src/engine/types.ts';
import {
  brokerModule,
  clientModule,
  connect,
  type FakeClock,
  frameOf,
  parsed,
  publishPacket,
  RecordingSink,
  settled,
  startEngine,
} from './machines.ts';

class RecordingBrokerSink implements BrokerSink {
  readonly events: unknown[][] = [];
  onPublish: () => void = () => {};
  connected(...event: unknown[]): void {
    this.events.push(['connected', ...event]);
  }
  ended(...event: unknown[]): void {
    this.events.push(['ended', ...event]);
  }
  subscribed(...event: unknown[]): void {
    this.events.push(['subscribed', ...event]);
  }
  unsubscribed(...event: unknown[]): void {
    this.events.push(['unsubscribed', ...event]);
  }
  publish(...event: unknown[]): void {
    this.events.push(['publish', ...event]);
    this.onPublish();
  }
  publishFailed(...event: unknown[]): void {
    this.events.push(['publishFailed', ...event]);
  }
}

interface TestBroker {
  readonly engine: Engine;
  readonly clock: FakeClock;
  readonly broker: BrokerMachine;
  readonly sink: RecordingBrokerSink;
}

async function startBroker(options: BrokerMachineOptions = {}): Promise<TestBroker> {
  const { engine, clock } = await startEngine(brokerModule);
  const sink = new RecordingBrokerSink();
  return { engine, clock, sink, broker: new BrokerMachine(engine, options, sink) };
}

interface LinkedClient {
  readonly machine: ClientMachine;
  readonly sink: RecordingSink;
  readonly link: BrokerLink;
  readonly linkEnds: number[];
}

/** An in-tab client that the broker has accepted. */
function linkClient(
  { engine, broker, clock }: TestBroker,
  clientId: string,
  packet: Partial<ConnectPacket> = {},
  options: ClientMachineOptions = {},
): LinkedClient {
  const sink = new RecordingSink();
  const machine = new ClientMachine(engine, options, sink);
  machine.startAttempt();
  const linkEnds: number[] = [];
  const link = broker.link(machine, { ...connect, clientId, ...packet }, () => linkEnds.push(clock.time));
  engine.flush();
  expect(sink.connacks).toMatchObject([{ reasonCode: 0 }]);
  return { machine, sink, link, linkEnds };
}

function subscribe(
  { engine }: TestBroker,
  { machine, sink }: LinkedClient,
  topicFilter: string,
  qos: 0 | 1 | 2 = 0,
): void {
  machine.subscribe([{ topicFilter, qos }], undefined, 4242);
  engine.flush();
  expect(sink.answers.pop()).toMatchObject(['subscribed', 4242, expect.any(Number), [qos], undefined]);
}

const texts = ({ sink }: LinkedClient): string[] => sink.messages.map(({ topic, payload }) => `${topic}=${payload}`);

/** A connection over a transport that remembers what it was given. */
function openConnection(
  { broker }: TestBroker,
  gathered?: number,
): { connection: BrokerConnection; frames: Uint8Array[]; closes: () => number } {
  const frames: Uint8Array[] = [];
  let closes = 0;
  const connection = broker.open({ output: (frame) => frames.push(frame), closeTransport: () => ++closes }, gathered);
  return { connection, frames, closes: () => closes };
}

const connectBytes = (clientId: string, more: object = {}) =>
  frameOf([{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId, clean: true, keepalive: 0, ...more }]);

describe('links', () => {
  it.each([0, 1, 2] as const)('carry messages of QoS %d between clients of one module', async (qos) => {
    const test = await startBroker();
    const [publisher, subscriber] = [linkClient(test, 'publisher'), linkClient(test, 'subscriber')];
    subscribe(test, subscriber, 'a/+', qos);
    for (let i = 0; i < 200; ++i) publisher.machine.publish(`a/${i % 5}`, `message ${i}`, qos, undefined, i + 1);
    await settled();
    expect(texts(subscriber)).toEqual(Array.from({ length: 200 }, (_, i) => `a/${i % 5}=message ${i}`));
    expect(subscriber.sink.messages.every(({ flags }) => (flags & PublishFlags.qosMask) === qos)).toBe(true);
    expect(publisher.sink.answers.map(([kind, token]) => [kind, token])).toEqual(
      Array.from({ length: 200 }, (_, i) => ['published', i + 1]),
    );
    expect([...publisher.sink.frames, ...subscriber.sink.frames]).toEqual([]);
    test.engine.dispose();
  });

  it('carry payloads small and large, each intact', async () => {
    const test = await startBroker();
    const [publisher, subscriber] = [linkClient(test, 'publisher'), linkClient(test, 'subscriber')];
    subscribe(test, subscriber, '#');
    const payloads = [0, 1, 63, 4096, 4097, 8191, 8192, 100_000, 3_000_000].map((size) =>
      new Uint8Array(size).map((_, i) => i * 3 + size),
    );
    for (const [i, payload] of payloads.entries()) publisher.machine.publish(`size/${i}`, payload, 0, undefined, 0);
    await settled();
    expect(subscriber.sink.messages.map(({ payload }) => payload.length)).toEqual(
      payloads.map((payload) => payload.length),
    );
    for (const [i, { payload }] of subscriber.sink.messages.entries())
      expect(Buffer.compare(payload, payloads[i]!)).toBe(0);
    test.engine.dispose();
  });

  it('let a client answer from inside its callback', async () => {
    const test = await startBroker();
    const [asking, answering] = [linkClient(test, 'asking'), linkClient(test, 'answering')];
    subscribe(test, asking, 'answer');
    subscribe(test, answering, 'question');
    answering.sink.onMessage = ({ payload }) => answering.machine.publish('answer', `${payload}!`, 0, undefined, 0);
    asking.machine.publish('question', 'well', 0, undefined, 0);
    await settled();
    expect(texts(asking)).toEqual(['answer=well!']);
    test.engine.dispose();
  });

  it('deliver retained messages and all properties of 5.0', async () => {
    const test = await startBroker();
    const publisher = linkClient(test, 'publisher', { protocolVersion: 5 });
    const properties = { contentType: 'text/plain', userProperties: { a: 'b' }, messageExpiryInterval: 100 };
    publisher.machine.publish('kept', 'value', 1 | PublishFlags.retain, properties, 1);
    test.engine.flush();
    const subscriber = linkClient(test, 'subscriber', { protocolVersion: 5 });
    subscriber.machine.subscribe([{ topicFilter: 'kept', qos: 1 }], { subscriptionIdentifier: 9 }, 2);
    test.engine.flush();
    expect(subscriber.sink.messages).toMatchObject([
      {
        topic: 'kept',
        flags: 1 | PublishFlags.retain,
        properties: { contentType: 'text/plain', subscriptionIdentifier: 9 },
      },
    ]);
    test.engine.dispose();
  });

  it('end when the client disconnects, as a transport would', async () => {
    const test = await startBroker();
    const { machine, sink, link, linkEnds } = linkClient(test, 'leaving');
    machine.disconnect(0, undefined);
    test.engine.flush();
    expect(sink.closings).toMatchObject([{ reasonCode: 0 }]);
    expect(sink.closedTransports + linkEnds.length).toBeGreaterThan(0);
    link.close();
    machine.transportClosed();
    test.engine.flush();
    expect(test.sink.events.at(-1)).toMatchObject(['ended', link.number, { clientId: 'leaving', orderly: true }]);
    test.engine.dispose();
  });

  it('publish the will when they break without a DISCONNECT', async () => {
    const test = await startBroker();
    const watcher = linkClient(test, 'watcher');
    subscribe(test, watcher, 'state');
    const doomed = linkClient(test, 'doomed', { will: { topic: 'state', payload: 'gone', qos: 0, retain: false } });
    doomed.link.close();
    doomed.machine.transportClosed();
    test.engine.flush();
    expect(texts(watcher)).toEqual(['state=gone']);
    expect(doomed.linkEnds).toEqual([]);
    test.engine.dispose();
  });

  it('end from the side of the broker when another client takes the identifier over', async () => {
    const test = await startBroker();
    const first = linkClient(test, 'same', { protocolVersion: 5 }, { reconnectJitter: 0, initialReconnectDelay: 500 });
    const second = linkClient(test, 'same', { protocolVersion: 5 });
    expect(first.linkEnds).toHaveLength(1);
    expect(first.sink.answers.at(-1)!.slice(0, 2)).toEqual(['disconnect', 0x8e]);
    first.machine.transportClosed();
    test.engine.flush();
    // The reason asks for patience: the pause is that of three failed attempts more.
    test.clock.advance(3999);
    expect(first.sink.reconnectsDue).toBe(0);
    test.clock.advance(1);
    expect(first.sink.reconnectsDue).toBe(1);
    expect(second.linkEnds).toHaveLength(0);
    test.engine.dispose();
  });

  it('end with a client that is destroyed', async () => {
    const test = await startBroker();
    const { machine } = linkClient(test, 'destroyed');
    machine.destroy();
    test.engine.flush();
    expect(test.sink.events.at(-1)).toMatchObject([
      'ended',
      expect.any(Number),
      { clientId: 'destroyed', orderly: false },
    ]);
    expect(test.broker.statistics().connections).toBe(0);
    test.engine.dispose();
  });

  it('need a client of the same engine', async () => {
    const test = await startBroker();
    const other = await startEngine(clientModule);
    const stranger = new ClientMachine(other.engine, {}, new RecordingSink());
    expect(() => test.broker.link(stranger, connect, () => {})).toThrow('of the same Engine');
    other.engine.dispose();
    test.engine.dispose();
  });

  it('join a hundred clients, each of whom gets every message once', async () => {
    const test = await startBroker();
    const subscribers = Array.from({ length: 100 }, (_, i) => linkClient(test, `subscriber ${i}`));
    for (const subscriber of subscribers) subscribe(test, subscriber, 'all', 1);
    const publisher = linkClient(test, 'publisher');
    for (let i = 0; i < 50; ++i) publisher.machine.publish('all', `${i}`, 1, undefined, 0);
    await settled();
    const expected = Array.from({ length: 50 }, (_, i) => `all=${i}`);
    for (const subscriber of subscribers) expect(texts(subscriber)).toEqual(expected);
    test.engine.dispose();
  });
});

describe('connections', () => {
  it('serve clients over transports beside linked ones', async () => {
    const test = await startBroker();
    const linked = linkClient(test, 'linked');
    subscribe(test, linked, 'from/outside');
    const { connection, frames } = openConnection(test);
    connection.receive(connectBytes('outside'));
    connection.receive(
      frameOf([{ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'from/inside', qos: 0 }] }]),
    );
    connection.receive(frameOf([publishPacket('from/outside', 'hello')]));
    expect(texts(linked)).toEqual(['from/outside=hello']);
    linked.machine.publish('from/inside', 'hi', 0, undefined, 0);
    test.engine.flush();
    expect(parsed(frames)).toMatchObject([
      { cmd: 'connack', returnCode: 0 },
      { cmd: 'suback', granted: [0] },
      { cmd: 'publish', topic: 'from/inside', payload: Buffer.from('hi') },
    ]);
    test.engine.dispose();
  });

  it('are told of, from their CONNECT to their end', async () => {
    const test = await startBroker({ reportPublishes: true });
    const { connection } = openConnection(test);
    connection.receive(connectBytes('observed', { username: 'üser', password: Buffer.from('secret'), keepalive: 30 }));
    connection.receive(frameOf([{ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a/#', qos: 1 }] }]));
    const frame = frameOf([publishPacket('b', 'payload', { qos: 1, messageId: 7 })]);
    connection.receive(frame);
    connection.receive(frameOf([{ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['a/#'] }]));
    connection.closed();
    test.engine.flush();
    const { number } = connection;
    expect(test.sink.events).toMatchObject([
      [
        'connected',
        number,
        {
          clientId: 'observed',
          protocolVersion: 4,
          clean: true,
          sessionPresent: false,
          keepAlive: 30,
          username: 'üser',
        },
      ],
      ['subscribed', number, 'a/#', 1],
      ['publish', number, 'b', Buffer.from('payload'), 1, 7, undefined],
      ['unsubscribed', number, 'a/#'],
      ['ended', number, { clientId: 'observed', orderly: false }],
    ]);
    expect((test.sink.events[2]![3] as Uint8Array).buffer).toBe(frame.buffer);
    test.engine.dispose();
  });

  it.each<[string, number | undefined, number[]]>([
    ['one packet an output', 0, [14, 14, 100_010, 14]],
    ['packets together up to a limit', 1000, [28, 100_010, 14]],
    ['all packets at once', undefined, [100_052]],
  ])('give the transport %s', async (_name, gathered, sizes) => {
    const test = await startBroker();
    const { connection, frames } = openConnection(test, gathered);
    connection.receive(connectBytes('reader'));
    connection.receive(frameOf([{ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 0 }] }]));
    frames.length = 0;
    for (const size of [9, 9, 100_003, 9]) test.broker.publish('a', new Uint8Array(size), 0, undefined, 0);
    test.engine.flush();
    expect(frames.map(({ length }) => length)).toEqual(sizes);
    test.engine.dispose();
  });

  it('close on garbage, and say why', async () => {
    const test = await startBroker();
    const { connection, closes } = openConnection(test);
    connection.receive(connectBytes('talker'));
    connection.receive(Uint8Array.of(0x00, 0x00));
    expect(closes()).toBe(1);
    const error = { fault: 'peer-sent-garbage', reasonCode: 0x81, text: expect.any(String) };
    expect(test.sink.events.at(-1)).toMatchObject([
      'ended',
      connection.number,
      { clientId: 'talker', orderly: false, error },
    ]);
    test.engine.dispose();
  });

  it('close when no CONNECT comes in time', async () => {
    const test = await startBroker({ connectTimeout: 3000 });
    const { closes } = openConnection(test);
    test.engine.flush();
    test.clock.advance(2900);
    expect(closes()).toBe(0);
    test.clock.advance(200);
    expect(closes()).toBe(1);
    test.engine.dispose();
  });

  it('wait with their output for a transport that takes none', async () => {
    const test = await startBroker();
    const publisher = linkClient(test, 'publisher');
    const { connection, frames } = openConnection(test);
    connection.receive(connectBytes('slow'));
    connection.receive(frameOf([{ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 't', qos: 0 }] }]));
    connection.setWritable(false);
    frames.length = 0;
    for (let i = 0; i < 3; ++i) {
      publisher.machine.publish('t', `${i}`, 0, undefined, 0);
      test.engine.flush();
    }
    expect(frames).toHaveLength(0);
    connection.setWritable(true);
    test.engine.flush();
    expect(frames).toHaveLength(1);
    expect(parsed(frames)).toHaveLength(3);
    test.engine.dispose();
  });

  it('use the number of a closed one again only when its last event was told', async () => {
    const test = await startBroker();
    const first = openConnection(test);
    first.connection.receive(connectBytes('first'));
    first.connection.closed();
    const second = openConnection(test);
    expect(second.connection.number).not.toBe(first.connection.number);
    test.engine.flush();
    const third = openConnection(test);
    expect(third.connection.number).toBe(first.connection.number);
    first.connection.receive(connectBytes('a late frame'));
    first.connection.closed();
    third.connection.receive(connectBytes('third'));
    expect(parsed(third.frames)).toMatchObject([{ cmd: 'connack', returnCode: 0 }]);
    test.engine.dispose();
  });
});

describe('the host', () => {
  it('publishes as if it were a client', async () => {
    const test = await startBroker();
    const subscriber = linkClient(test, 'subscriber');
    subscribe(test, subscriber, 'from/host', 1);
    test.broker.publish('from/host', 'text', 1, undefined, 1);
    test.broker.publish('from/#', 'wrong', 0, undefined, 2);
    await settled();
    expect(texts(subscriber)).toEqual(['from/host=text']);
    expect(test.sink.events.at(-1)).toMatchObject(['publishFailed', 2, { fault: 'caller-misuse' }]);
    test.engine.dispose();
  });

  it('disconnects a connection with a reason', async () => {
    const test = await startBroker();
    const { connection, frames, closes } = openConnection(test);
    connection.receive(
      frameOf(
        [{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 5, clientId: 'c', clean: true, keepalive: 0 }],
        5,
      ),
    );
    frames.length = 0;
    test.broker.disconnect(connection.number, 0x98);
    test.engine.flush();
    expect(parsed(frames, 5)).toMatchObject([{ cmd: 'disconnect', reasonCode: 0x98 }]);
    expect(closes()).toBe(1);
    test.engine.dispose();
  });

  it('reads the figures', async () => {
    const test = await startBroker({ statisticsInterval: 0 });
    const client = linkClient(test, 'client');
    subscribe(test, client, 'a');
    client.machine.publish('a', 'x', PublishFlags.retain, undefined, 0);
    test.engine.flush();
    expect(test.broker.statistics()).toMatchObject({
      publishesReceived: 1,
      publishesSent: 1,
      connectionsAccepted: 1,
      connections: 1,
      sessions: 1,
      subscriptions: 1,
      retainedMessages: 1,
    });
    test.engine.dispose();
  });

  it('shuts down: every connection ends', async () => {
    const test = await startBroker();
    const linked = linkClient(test, 'linked', { protocolVersion: 5 });
    const { connection, closes } = openConnection(test);
    connection.receive(connectBytes('outside'));
    test.broker.shutDown();
    test.engine.flush();
    expect(linked.linkEnds).toHaveLength(1);
    expect(linked.sink.answers.at(-1)!.slice(0, 2)).toEqual(['disconnect', 0x8b]);
    expect(closes()).toBe(1);
    test.engine.dispose();
  });

  it('makes one broker for each engine', async () => {
    const { engine, sink } = await startBroker();
    expect(() => new BrokerMachine(engine, {}, sink)).toThrow('one broker');
    engine.dispose();
  });
});
