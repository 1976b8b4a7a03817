import { afterEach, describe, expect, it, jest } from '@jest/globals';

import type { ModuleFactory } from '../../../js/src/engine/module.ts';
import { ClientMachine } from '../../../js/src/engine/client-machine.ts';
import { Engine } from '../../../js/src/engine/engine.ts';
import { PublishFlags } from '../../../js/src/engine/types.ts';
import {
  clientModule,
  connect,
  frameOf,
  packetSizes,
  publishPacket,
  RecordingSink,
  settled,
  startClient,
  startEngine,
} from './machines.ts';

describe('frames of a transport', () => {
  it('are no larger than it says, and begin and end with packets', async () => {
    const limit = 65_536;
    const { engine, machine, sink } = await startClient({}, {}, limit);
    for (let i = 0; i < 2000; ++i) machine.publish('t', `${i} `.padEnd(100, 'x'), 0, undefined, 0);
    await settled();
    expect(sink.frames.length).toBeLessThanOrEqual(5); // of at most 624 packets; the burst takes two steps
    expect(sink.frames.every(({ length }) => length <= limit)).toBe(true);
    expect(sink.frames.flatMap(packetSizes)).toEqual(Array.from({ length: 2000 }, () => 105));
    expect(sink.takePackets()).toHaveLength(2000);
    engine.dispose();
  });

  it('hold nothing else where a packet is larger than one, and is split', async () => {
    const { engine, machine, sink } = await startClient({}, {}, 1000);
    machine.publish('t', 'before', 0, undefined, 0);
    machine.publish('t', new Uint8Array(2500).fill(7), 0, undefined, 0);
    machine.publish('t', new Uint8Array(20_000).fill(8), 0, undefined, 0);
    machine.publish('t', 'behind', 0, undefined, 0);
    await settled();
    const sizes = sink.frames.map(({ length }) => length);
    expect(sizes).toEqual([11, 1000, 1000, 506, ...Array.from({ length: 20 }, () => 1000), 7, 11]);
    expect(sink.takePackets().map((packet) => 'payload' in packet && packet.payload.length)).toEqual([
      6, 2500, 20_000, 6,
    ]);
    engine.dispose();
  });

  it('may be as large as the limit, to the byte', async () => {
    const { engine, machine, sink } = await startClient({}, {}, 1000);
    for (const size of [994, 995, 489, 489, 490]) machine.publish('t', new Uint8Array(size), 0, undefined, 0);
    await settled();
    expect(sink.frames.map(({ length }) => length)).toEqual([1000, 1000, 1, 990, 496]);
    engine.dispose();
  });

  it('are one where it says no limit', async () => {
    const { engine, machine, sink } = await startClient();
    machine.publish('t', new Uint8Array(200_000), 0, undefined, 0);
    machine.publish('t', 'x', 0, undefined, 0);
    await settled();
    expect(sink.frames).toHaveLength(1);
    engine.dispose();
  });
});

describe('staging', () => {
  it('carries out what was staged before the module had started', async () => {
    const engine = new Engine(clientModule);
    const sink = new RecordingSink();
    const machine = new ClientMachine(engine, {}, sink);
    machine.startAttempt();
    machine.transportOpened(connect);
    expect(sink.frames).toHaveLength(0);
    await engine.ready;
    expect(sink.takePackets()).toMatchObject([{ cmd: 'connect', clientId: 'tester', clean: true }]);
    engine.dispose();
  });

  it('lets packets that are published in one task leave as one frame', async () => {
    const { engine, machine, sink } = await startClient();
    for (let i = 0; i < 1000; ++i) machine.publish(`topic/${i % 7}`, `message ${i}`, 0, undefined, 0);
    expect(sink.frames).toHaveLength(0);
    await settled();
    expect(sink.frames).toHaveLength(1);
    const packets = sink.takePackets();
    expect(packets).toHaveLength(1000);
    expect(packets[999]).toMatchObject({ cmd: 'publish', topic: 'topic/5', payload: Buffer.from('message 999') });
    engine.dispose();
  });

  it('carries out at once what flush() finds', async () => {
    const { engine, machine, sink } = await startClient();
    machine.publish('a', 'b', 0, undefined, 0);
    engine.flush();
    expect(sink.frames).toHaveLength(1);
    engine.dispose();
  });

  it('sends what was staged before a frame came in ahead of what the frame brings about', async () => {
    const { engine, machine, sink } = await startClient();
    machine.publish('first', '', 0, undefined, 0);
    machine.receive(frameOf([publishPacket('in', 'x', { qos: 1, messageId: 9 })]));
    expect(sink.takePackets()).toMatchObject([
      { cmd: 'publish', topic: 'first' },
      { cmd: 'puback', messageId: 9 },
    ]);
    engine.dispose();
  });

  it('sends publishes from inside callbacks in one frame, after the walk', async () => {
    const { engine, machine, sink } = await startClient();
    let framesDuringTheWalk = 0;
    sink.onMessage = ({ topic, payload }) => {
      machine.publish(`echo/${topic}`, payload, 0, undefined, 0);
      framesDuringTheWalk += sink.frames.length;
    };
    machine.receive(frameOf(Array.from({ length: 50 }, (_, i) => publishPacket(`t${i}`, `p${i}`))));
    await settled();
    expect(framesDuringTheWalk).toBe(0);
    expect(sink.frames).toHaveLength(1);
    expect(sink.takePackets()[49]).toMatchObject({ topic: 'echo/t49', payload: Buffer.from('p49') });
    engine.dispose();
  });

  it('steps in pieces through more than one block holds, and loses nothing', async () => {
    const { engine, machine, sink } = await startClient();
    const payload = 'x'.repeat(100);
    for (let i = 0; i < 20_000; ++i) machine.publish('burst', `${i} ${payload}`, 0, undefined, 0);
    await settled();
    const packets = sink.takePackets();
    expect(packets).toHaveLength(20_000);
    expect(packets.every((packet, i) => 'payload' in packet && packet.payload.toString().startsWith(`${i} `))).toBe(
      true,
    );
    engine.dispose();
  });

  it('stages nothing of a command whose value can not be sent', async () => {
    const { engine, machine, sink } = await startClient({ protocolVersion: 5 });
    const wrong = { noSuchProperty: 1 } as object;
    expect(() => machine.publish('a', 'b', 0, wrong, 1)).toThrow('MQTT has no property "noSuchProperty"');
    expect(() => machine.publish('a', 'b', 0, { messageExpiryInterval: -1 }, 1)).toThrow(RangeError);
    expect(() => machine.publish('a', 'b', 0, { topicAlias: 70_000 }, 1)).toThrow(
      'topicAlias must be a whole number from 0 to 65535',
    );
    machine.publish('a', 'c', 0, undefined, 0);
    await settled();
    expect(sink.takePackets(5)).toMatchObject([{ cmd: 'publish', payload: Buffer.from('c') }]);
    expect(sink.failures).toHaveLength(0);
    engine.dispose();
  });

  it('keeps more topics apart than it has numbers for, and very long ones', async () => {
    const { engine, machine, sink } = await startClient();
    const topics = Array.from({ length: 9000 }, (_, i) => (i % 500 === 0 ? 'l'.repeat(600) + i : `topic/number/${i}`));
    for (const topic of topics) machine.publish(topic, topic, 0, undefined, 0);
    for (const topic of topics.slice().reverse()) machine.publish(topic, topic, 0, undefined, 0);
    await settled();
    const packets = sink.takePackets();
    expect(packets).toHaveLength(18_000);
    expect(packets.every((packet) => 'topic' in packet && packet.topic === String(packet.payload))).toBe(true);
    engine.dispose();
  });

  it.each([
    ['ASCII', 'plain'],
    ['short text beyond ASCII', 'héllo wörld'],
    ['long text beyond ASCII', '日本語'.repeat(500)],
    ['long ASCII', 'x'.repeat(5000)],
    ['nothing', ''],
  ])('encodes %s', async (_, text) => {
    const { engine, machine, sink } = await startClient();
    machine.publish(text === '' ? 'empty' : text, text, 0, undefined, 0);
    machine.publish('bytes', new TextEncoder().encode(text), 0, undefined, 0);
    await settled();
    const packets = sink.takePackets();
    expect(packets[0]).toMatchObject({ topic: text === '' ? 'empty' : text, payload: Buffer.from(text) });
    expect(packets[1]).toMatchObject({ topic: 'bytes', payload: Buffer.from(text) });
    engine.dispose();
  });
});

describe('receiving', () => {
  it('hands out the 500 messages of one frame as views of it', async () => {
    const { engine, machine, sink } = await startClient();
    const frame = frameOf(Array.from({ length: 500 }, (_, i) => publishPacket(`t/${i % 10}`, `payload ${i}`)));
    machine.receive(frame);
    expect(sink.messages).toHaveLength(500);
    expect(sink.messages.every(({ payload }) => payload.buffer === frame.buffer)).toBe(true);
    expect(sink.messages.map(({ topic, payload }) => `${topic} ${payload}`)).toEqual(
      Array.from({ length: 500 }, (_, i) => `t/${i % 10} payload ${i}`),
    );
    engine.dispose();
  });

  it('finds payloads in a frame that is itself a view of a larger buffer', async () => {
    const { engine, machine, sink } = await startClient();
    const packet = frameOf([publishPacket('t', 'in the middle')]);
    const larger = new Uint8Array(1000).fill(255);
    larger.set(packet, 77);
    machine.receive(larger.subarray(77, 77 + packet.length));
    expect(sink.messages.map(String)).toHaveLength(1);
    expect(sink.messages[0]!.payload.toString()).toBe('in the middle');
    engine.dispose();
  });

  it('takes a stream in frames of one byte', async () => {
    const { engine, machine, sink } = await startClient();
    const stream = frameOf([
      publishPacket('a/b', 'first'),
      publishPacket('a/b', ''),
      publishPacket('c', 'x'.repeat(300)),
    ]);
    for (let i = 0; i < stream.length; ++i) machine.receive(stream.slice(i, i + 1));
    expect(sink.messages.map(({ topic, payload }) => [topic, payload.toString()])).toEqual([
      ['a/b', 'first'],
      ['a/b', ''],
      ['c', 'x'.repeat(300)],
    ]);
    engine.dispose();
  });

  it('puts a payload together that is split over frames, wherever the cut is', async () => {
    const { engine, machine, sink } = await startClient();
    const stream = frameOf([
      publishPacket('before', '1'),
      publishPacket('split', 'abcdef'),
      publishPacket('after', '2'),
    ]);
    for (let cut = 1; cut < stream.length; ++cut) {
      sink.messages.length = 0;
      machine.receive(stream.slice(0, cut));
      machine.receive(stream.slice(cut));
      expect(sink.messages.map(({ topic, payload }) => `${topic} ${payload}`)).toEqual([
        'before 1',
        'split abcdef',
        'after 2',
      ]);
    }
    engine.dispose();
  });

  it('delivers payloads of many MiB, whole and split, while linear memory grows', async () => {
    const { engine, machine, sink } = await startClient();
    const large = new Uint8Array(8 * 1024 * 1024).map((_, i) => i * 7);
    const stream = frameOf([
      publishPacket('small', 'before'),
      publishPacket('large', large),
      publishPacket('small', 'after'),
    ]);
    machine.receive(stream);
    const half = stream.length >> 1;
    machine.receive(stream.slice(0, half));
    machine.receive(stream.slice(half));
    expect(sink.messages.map(({ topic }) => topic)).toEqual(['small', 'large', 'small', 'small', 'large', 'small']);
    expect(Buffer.compare(sink.messages[1]!.payload, large)).toBe(0);
    expect(Buffer.compare(sink.messages[4]!.payload, large)).toBe(0);
    expect(sink.messages[5]!.payload.toString()).toBe('after');
    engine.dispose();
  });

  it('sends payloads of many MiB while linear memory grows', async () => {
    const { engine, machine, sink } = await startClient();
    const large = new Uint8Array(8 * 1024 * 1024).map((_, i) => i * 5);
    machine.publish('small', 'before', 0, undefined, 0);
    machine.publish('large', large, 0, undefined, 0);
    machine.publish('small', 'after', 0, undefined, 0);
    await settled();
    const packets = sink.takePackets();
    expect(packets).toMatchObject([
      { topic: 'small' },
      { topic: 'large' },
      { topic: 'small', payload: Buffer.from('after') },
    ]);
    expect(Buffer.compare((packets[1] as { payload: Buffer }).payload, large)).toBe(0);
    engine.dispose();
  });

  it('keeps payloads unchanged while further frames come', async () => {
    const { engine, machine, sink } = await startClient();
    const split = frameOf([publishPacket('t', 'a split payload')]);
    machine.receive(split.slice(0, 10));
    machine.receive(split.slice(10));
    for (let i = 0; i < 100; ++i) machine.receive(frameOf([publishPacket('t', `overwriting ${i}`)]));
    expect(sink.messages[0]!.payload.toString()).toBe('a split payload');
    expect(sink.messages[1]!.payload.toString()).toBe('overwriting 0');
    engine.dispose();
  });

  it('names the right topic for each message when there are more topics than numbers', async () => {
    const { engine, machine, sink } = await startClient();
    const topics = Array.from({ length: 10_000 }, (_, i) =>
      i % 1000 === 0 ? `${'x'.repeat(700)}${i}` : `some/topic/${i % 6000}`,
    );
    machine.receive(frameOf(topics.map((topic) => publishPacket(topic, topic))));
    machine.receive(frameOf(topics.map((topic) => publishPacket(topic, topic))));
    expect(sink.messages).toHaveLength(20_000);
    expect(sink.messages.every(({ topic, payload }) => topic === payload.toString())).toBe(true);
    engine.dispose();
  });

  it('tells flags, packet identifier and properties', async () => {
    const { engine, machine, sink } = await startClient({ protocolVersion: 5, properties: { topicAliasMaximum: 10 } });
    const properties = {
      payloadFormatIndicator: true,
      messageExpiryInterval: 4_000_000_000,
      topicAlias: 3,
      responseTopic: 'answer/här',
      correlationData: Buffer.from([1, 2, 255]),
      userProperties: { a: ['1', '2'], b: 'drei' },
      subscriptionIdentifier: 268_435_455,
      contentType: 'text/plain',
    };
    machine.receive(
      frameOf([publishPacket('t', 'p', { qos: 2, messageId: 65_535, retain: true, dup: true, properties })], 5),
    );
    machine.receive(frameOf([publishPacket('', 'p2', { properties: { topicAlias: 3 } })], 5));
    const [message, aliased] = sink.messages;
    expect(message).toMatchObject({ flags: 2 | PublishFlags.retain | PublishFlags.dup, packetIdentifier: 65_535 });
    expect(message!.properties).toMatchObject({
      ...properties,
      correlationData: Uint8Array.of(1, 2, 255),
      userProperties: expect.anything(),
    });
    expect({ ...message!.properties!.userProperties }).toEqual({ a: ['1', '2'], b: 'drei' });
    expect(aliased).toMatchObject({ topic: 't', packetIdentifier: 0, flags: 0, properties: { topicAlias: 3 } });
    engine.dispose();
  });

  it('carries out a frame that arrives inside a callback after the walk, never within it', async () => {
    const { engine, machine, sink } = await startClient();
    const order: string[] = [];
    sink.onMessage = ({ topic, payload }) => {
      order.push(`begin ${topic}`);
      if (topic === 'outer 0') machine.receive(frameOf([publishPacket('inner', 'view of its own frame')]));
      order.push(`end ${topic} ${payload}`);
    };
    machine.receive(frameOf([publishPacket('outer 0', ''), publishPacket('outer 1', '')]));
    expect(order).toEqual([
      'begin outer 0',
      'end outer 0 ',
      'begin outer 1',
      'end outer 1 ',
      'begin inner',
      'end inner view of its own frame',
    ]);
    engine.dispose();
  });

  it('reports what a sink throws and goes on with the next event', async () => {
    const { engine, machine, sink, errors } = await startClient();
    sink.onMessage = ({ topic }) => {
      if (topic === 'bad') throw new Error('from the application');
    };
    machine.receive(frameOf([publishPacket('bad', ''), publishPacket('good', ''), publishPacket('bad', '')]));
    expect(sink.messages.map(({ topic }) => topic)).toEqual(['bad', 'good', 'bad']);
    expect(errors).toEqual([new Error('from the application'), new Error('from the application')]);
    machine.receive(frameOf([publishPacket('later', '')]));
    expect(sink.messages).toHaveLength(4);
    engine.dispose();
  });
});

describe('operations', () => {
  it('answers each by its token', async () => {
    const { engine, machine, sink } = await startClient();
    machine.publish('t', 'p', 1, undefined, 11);
    machine.publish('t', 'p', 0, undefined, 12);
    machine.subscribe(
      [
        { topicFilter: 'a/#', qos: 1 },
        { topicFilter: 'b', qos: 2 },
      ],
      undefined,
      13,
    );
    machine.unsubscribe(['c', 'd'], undefined, 0xffffffff);
    engine.flush();
    expect(sink.answers).toEqual([['published', 12, 0, 0, undefined]]);
    const [publish, , subscribe, unsubscribe] = sink.takePackets() as { messageId: number }[];
    machine.receive(
      frameOf([
        { cmd: 'suback', messageId: subscribe!.messageId, granted: [1, 128] },
        { cmd: 'unsuback', messageId: unsubscribe!.messageId, granted: [] },
        { cmd: 'puback', messageId: publish!.messageId },
      ]),
    );
    expect(sink.answers.slice(1)).toEqual([
      ['subscribed', 13, subscribe!.messageId, [1, 128], undefined],
      ['unsubscribed', 0xffffffff, unsubscribe!.messageId, expect.any(Array), undefined],
      ['published', 11, publish!.messageId, 0, undefined],
    ]);
    engine.dispose();
  });

  it('sends the options of subscriptions and their properties', async () => {
    const { engine, machine, sink } = await startClient({ protocolVersion: 5 });
    const entry = { topicFilter: 'ä/+', qos: 2, noLocal: true, retainAsPublished: true, retainHandling: 2 } as const;
    machine.subscribe([entry], { subscriptionIdentifier: 7, userProperties: { k: ['v', 'w'] } }, 1);
    engine.flush();
    expect(sink.takePackets(5)).toMatchObject([
      {
        cmd: 'subscribe',
        subscriptions: [{ topic: 'ä/+', qos: 2, nl: true, rap: true, rh: 2 }],
        properties: { subscriptionIdentifier: 7, userProperties: { k: ['v', 'w'] } },
      },
    ]);
    engine.dispose();
  });

  it('fails with the reason in words when a publish can not be sent', async () => {
    const { engine, machine, sink } = await startClient();
    machine.publish('wild/+', 'p', 0, undefined, 5);
    engine.flush();
    expect(sink.failures).toHaveLength(1);
    const [token, error] = sink.failures[0]!;
    expect(token).toBe(5);
    expect(error).toMatchObject({ fault: 'caller-misuse', text: expect.stringMatching(/topic/i) });
    engine.dispose();
  });

  it('says what of a CONNECT can not be sent', async () => {
    const { engine } = await startEngine(clientModule);
    const sink = new RecordingSink();
    const machine = new ClientMachine(engine, {}, sink);
    machine.startAttempt();
    machine.transportOpened({ ...connect, clientId: 'x'.repeat(70_000) });
    engine.flush();
    expect(sink.connectFailures).toMatchObject([{ fault: 'caller-misuse' }]);
    expect(sink.frames).toHaveLength(0);
    engine.dispose();
  });

  it('sends everything that a CONNECT can say', async () => {
    const { engine } = await startEngine(clientModule);
    const sink = new RecordingSink();
    const machine = new ClientMachine(engine, {}, sink);
    machine.startAttempt();
    machine.transportOpened({
      protocolVersion: 5,
      clientId: 'ünïcode',
      clean: false,
      keepAlive: 65_535,
      username: 'user',
      password: Uint8Array.of(1, 2, 3),
      properties: { sessionExpiryInterval: 4_294_967_295, receiveMaximum: 10, requestProblemInformation: false },
      will: { topic: 'will/topic', payload: 'gone', qos: 2, retain: true, properties: { willDelayInterval: 5 } },
    });
    engine.flush();
    expect(sink.takePackets(5)).toMatchObject([
      {
        clientId: 'ünïcode',
        clean: false,
        keepalive: 65_535,
        username: 'user',
        password: Buffer.from([1, 2, 3]),
        properties: { sessionExpiryInterval: 4_294_967_295, receiveMaximum: 10, requestProblemInformation: false },
        will: {
          topic: 'will/topic',
          payload: Buffer.from('gone'),
          qos: 2,
          retain: true,
          properties: { willDelayInterval: 5 },
        },
      },
    ]);
    engine.dispose();
  });

  it('holds back output while the transport takes none', async () => {
    const { engine, machine, sink } = await startClient();
    machine.setWritable(false);
    machine.publish('a', '1', 0, undefined, 0);
    engine.flush();
    machine.publish('a', '2', 0, undefined, 0);
    engine.flush();
    expect(sink.frames).toHaveLength(0);
    machine.setWritable(true);
    engine.flush();
    expect(sink.frames).toHaveLength(1);
    expect(sink.takePackets()).toMatchObject([{ payload: Buffer.from('1') }, { payload: Buffer.from('2') }]);
    engine.dispose();
  });

  it('disconnects in order: the packet, then the end of the transport', async () => {
    const { engine, machine, sink } = await startClient();
    machine.publish('last', 'words', 0, undefined, 0);
    machine.disconnect(0, undefined);
    engine.flush();
    expect(sink.takePackets()).toMatchObject([{ cmd: 'publish' }, { cmd: 'disconnect' }]);
    expect(sink.closings).toMatchObject([{ reasonCode: 0 }]);
    expect(sink.closedTransports).toBe(1);
    machine.transportClosed();
    engine.flush();
    expect(sink.pauses).toEqual([]);
    expect(sink.reconnectsDue).toBe(0);
    engine.dispose();
  });

  it('closes on garbage, with the reason', async () => {
    const { engine, machine, sink } = await startClient();
    machine.receive(Uint8Array.of(0x00, 0x00));
    expect(sink.closings).toMatchObject([{ fault: 'peer-sent-garbage', reasonCode: 0x81 }]);
    expect(sink.closedTransports).toBe(1);
    engine.dispose();
  });

  it('traces packets both ways when asked', async () => {
    const { engine, machine, sink } = await startClient({}, { trace: true });
    sink.traced.length = 0;
    machine.receive(frameOf([publishPacket('t', 'x', { qos: 1, messageId: 3 })]));
    expect(sink.traced.map(([way, type]) => [way, type])).toEqual([
      ['received', 3],
      ['sent', 4],
    ]);
    engine.dispose();
  });
});

describe('time', () => {
  it('asks for the next attempt when the pause is over', async () => {
    const { clock, engine, machine, sink } = await startClient({}, { reconnectJitter: 0, initialReconnectDelay: 700 });
    machine.transportClosed();
    engine.flush();
    expect(sink.pauses).toEqual([700]);
    clock.advance(690);
    expect(sink.reconnectsDue).toBe(0);
    clock.advance(10);
    expect(sink.reconnectsDue).toBe(1);
    engine.dispose();
  });

  it('pings an idle server and gives it up when it stays silent', async () => {
    const { clock, engine, sink } = await startClient({ keepAlive: 10 });
    clock.advance(10_000);
    expect(sink.takePackets()).toMatchObject([{ cmd: 'pingreq' }]);
    clock.advance(20_000);
    expect(sink.closings).toHaveLength(1);
    expect(sink.closedTransports).toBe(1);
    engine.dispose();
  });

  it('needs no timer when nothing is due, ever', async () => {
    const { clock, engine, machine } = await startClient({ keepAlive: 10 });
    expect(clock.pendingTimers).toBe(1);
    machine.disconnect(0, undefined);
    engine.flush();
    machine.transportClosed();
    engine.flush();
    expect(clock.pendingTimers).toBe(0);
    engine.dispose();
  });

  it('lets other tasks run while two callbacks keep each other busy for ever', async () => {
    const { engine, machine, sink } = await startClient();
    let published = 0;
    sink.onOutput = () => {
      machine.publish('again', '', 0, undefined, 0);
      ++published;
    };
    machine.publish('again', '', 0, undefined, 0);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(published).toBeGreaterThan(100);
    engine.dispose();
  });
});

describe('engines', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('live side by side without knowing of each other', async () => {
    const [one, two] = [await startClient(), await startClient()];
    one.machine.publish('from/one', '1', 0, undefined, 0);
    two.machine.publish('from/two', '2', 0, undefined, 0);
    one.machine.receive(frameOf([publishPacket('to/one', 'x')]));
    await settled();
    expect(one.sink.takePackets()).toMatchObject([{ topic: 'from/one' }]);
    expect(two.sink.takePackets()).toMatchObject([{ topic: 'from/two' }]);
    expect(one.sink.messages).toHaveLength(1);
    expect(two.sink.messages).toHaveLength(0);
    one.engine.dispose();
    two.machine.publish('still', 'alive', 0, undefined, 0);
    await settled();
    expect(two.sink.takePackets()).toMatchObject([{ topic: 'still' }]);
    two.engine.dispose();
  });

  it('hold many clients, and use the numbers of destroyed ones again', async () => {
    const { engine } = await startEngine(clientModule);
    const sinks = Array.from({ length: 20 }, () => new RecordingSink());
    const machines = sinks.map((sink, i) => {
      const machine = new ClientMachine(engine, {}, sink);
      machine.startAttempt();
      machine.transportOpened({ ...connect, clientId: `client ${i}` });
      return machine;
    });
    engine.flush();
    expect(sinks.map((sink) => (sink.takePackets()[0] as { clientId: string }).clientId)).toEqual(
      sinks.map((_, i) => `client ${i}`),
    );
    machines[5]!.destroy();
    const early = new ClientMachine(engine, {}, new RecordingSink());
    expect(early.number).toBe(20);
    engine.flush();
    const late = new ClientMachine(engine, {}, new RecordingSink());
    expect(late.number).toBe(5);
    engine.dispose();
  });

  it('call nobody any more once disposed of, even from inside a walk', async () => {
    const { clock, engine, machine, sink, errors } = await startClient({ keepAlive: 10 });
    sink.onMessage = () => engine.dispose();
    machine.receive(frameOf([publishPacket('a', ''), publishPacket('b', '')]));
    machine.publish('late', '', 0, undefined, 0);
    machine.receive(frameOf([publishPacket('c', '')]));
    await settled();
    clock.advance(100_000);
    expect(sink.messages.map(({ topic }) => topic)).toEqual(['a']);
    expect(sink.frames).toHaveLength(0);
    expect(errors).toEqual([]);
  });

  it('tell every client when their module fails, and take no further calls', async () => {
    // The real module, until its third step: a trap looks the same whatever brought it about.
    let steps = 0;
    const createModule: ModuleFactory = async (moduleArguments) => {
      const module = await clientModule.createModule(moduleArguments);
      const { finish } = module;
      module.finish = () => {
        if (++steps === 3) throw new WebAssembly.RuntimeError('unreachable');
        return finish();
      };
      return module;
    };
    const { engine, errors } = await startEngine({ ...clientModule, createModule });
    const [one, two] = [new RecordingSink(), new RecordingSink()];
    const machine = new ClientMachine(engine, {}, one);
    new ClientMachine(engine, {}, two);
    engine.flush();
    machine.startAttempt();
    engine.flush();
    machine.transportOpened(connect);
    engine.flush();
    expect(errors).toEqual([new WebAssembly.RuntimeError('unreachable')]);
    for (const sink of [one, two]) {
      expect(sink.closings).toMatchObject([{ reasonCode: 0x83, text: expect.stringContaining('stopped') }]);
      expect(sink.closedTransports).toBe(1);
    }
    machine.publish('late', '', 0, undefined, 1);
    machine.transportClosed();
    await settled();
    expect(one.frames).toHaveLength(0);
    expect(steps).toBe(3);
  });

  it('reject ready when the bytes are no module, and try again for the next engine', async () => {
    let attempts = 0;
    const source = {
      ...clientModule,
      wasm: () => (++attempts === 1 ? Uint8Array.of(1, 2, 3) : clientModule.wasm()),
    };
    await expect(new Engine(source).ready).rejects.toThrow(WebAssembly.CompileError);
    const engine = new Engine(source);
    await engine.ready;
    engine.dispose();
    expect(attempts).toBe(2);
  });
});
