// What the application has to say about messages that arrive: customHandleAcks and handleMessage().
import { afterEach, describe, expect, it } from '@jest/globals';
import { connect, type AckCallback, type ClientOptions, type MqttClient } from 'wasmqtt';

import { Collector, nextEvent, settled } from '../../support/events.ts';
import { ScriptServer, type ScriptSocket } from '../../support/script-transport.ts';

let client: MqttClient | undefined;

afterEach(() => client?.endAsync(true));

interface Connected {
  client: MqttClient;
  server: ScriptServer;
  socket: ScriptSocket;
  messages: Collector<string>;
  errors: Error[];
}

async function connected(options: ClientOptions = {}): Promise<Connected> {
  const { protocolVersion = 5 } = options as { protocolVersion?: 4 | 5 };
  const server = new ScriptServer(protocolVersion);
  const made = connect('ws://server.test', {
    createWebsocket: server.createWebsocket,
    reconnectPeriod: 1,
    protocolVersion,
    ...options,
  });
  client = made;
  const messages = new Collector<string>();
  const errors: Error[] = [];
  made.on('message', (topic) => messages.add(topic)).on('error', (error) => errors.push(error));
  return { client: made, server, socket: await server.accepted(), messages, errors };
}

function publish(topic: string, qos: 0 | 1 | 2, messageId?: number, dup = false) {
  return {
    cmd: 'publish',
    topic,
    payload: '',
    qos,
    retain: false,
    dup,
    ...(messageId !== undefined && { messageId }),
  } as const;
}

/** Keeps each question, to be answered by the test. */
function questions(): { asked: Collector<{ topic: string; done: AckCallback }>; options: ClientOptions } {
  const asked = new Collector<{ topic: string; done: AckCallback }>();
  return { asked, options: { customHandleAcks: (topic, _message, _packet, done) => asked.add({ topic, done }) } };
}

describe('customHandleAcks', () => {
  it('sees the message, and decides what it is acknowledged with', async () => {
    const seen: unknown[] = [];
    const { socket, messages } = await connected({
      customHandleAcks: (topic, message, packet, done) => {
        seen.push([topic, String(message), packet.qos, packet.messageId]);
        done(null, topic === 'good' ? 0 : 0x87);
      },
    });
    socket.say(
      { ...publish('good', 1, 1), payload: 'x' },
      publish('good', 2, 2),
      publish('bad', 1, 3),
      publish('bad', 2, 4),
    );
    expect(await socket.next('puback')).toMatchObject({ messageId: 1, reasonCode: 0 });
    expect(await socket.next('pubrec')).toMatchObject({ messageId: 2, reasonCode: 0 });
    expect(await socket.next('puback')).toMatchObject({ messageId: 3, reasonCode: 0x87 });
    expect(await socket.next('pubrec')).toMatchObject({ messageId: 4, reasonCode: 0x87 });
    socket.say({ cmd: 'pubrel', messageId: 2 });
    expect(await socket.next('pubcomp')).toMatchObject({ messageId: 2, reasonCode: 0 });
    expect(messages.items).toEqual(['good', 'good']);
    expect(seen).toEqual([
      ['good', 'x', 1, 1],
      ['good', '', 2, 2],
      ['bad', '', 1, 3],
      ['bad', '', 2, 4],
    ]);
  });

  it('may say more, by a Reason String and User Properties', async () => {
    const properties = { reasonString: 'full', userProperties: { retry: '60' } };
    const { socket } = await connected({
      customHandleAcks: (_topic, _message, _packet, done) => done(0x97, undefined, properties),
    });
    socket.say(publish('a', 1, 1), publish('a', 2, 2));
    expect(await socket.next('puback')).toMatchObject({ reasonCode: 0x97, properties });
    expect(await socket.next('pubrec')).toMatchObject({ reasonCode: 0x97, properties });
  });

  it('is asked about one message after the other, and the others wait', async () => {
    const { asked, options } = questions();
    const { socket, messages } = await connected(options);
    socket.say(publish('one', 1, 1), publish('zero', 0), publish('two', 2, 2));
    await asked.first(1);
    await settled();
    expect(asked.items).toHaveLength(1);
    expect(messages.items).toEqual([]);
    asked.items[0]!.done(null, 0);
    const [, second] = await asked.first(2);
    expect(messages.items).toEqual(['one', 'zero']);
    expect(socket.has('pubrec')).toBe(false);
    second!.done(null, 0);
    await socket.next('pubrec');
    expect(messages.items).toEqual(['one', 'zero', 'two']);
  });

  it('leaves a message unacknowledged by an error, and the others go on', async () => {
    const { socket, messages, errors } = await connected({
      customHandleAcks: (topic, _message, _packet, done) =>
        topic === 'bad' ? done(new Error('no disk')) : done(null, 0),
    });
    socket.say(publish('bad', 1, 1), publish('bad', 2, 2), publish('good', 1, 3));
    expect(await socket.next('puback')).toMatchObject({ messageId: 3 });
    expect(socket.has('pubrec')).toBe(false);
    expect(messages.items).toEqual(['good']);
    expect(errors.map(({ message }) => message)).toEqual(['no disk', 'no disk']);
  });

  it.each<[string, (done: AckCallback) => void, RegExp]>([
    ['a reason code that no acknowledgement has', (done) => done(null, 0x8a), /Wrong reason code for puback: 138/],
    ['none at all', (done) => done(null), /Wrong reason code for puback: undefined; write done\(null, 0\)/],
    [
      'an exception',
      () => {
        throw new Error('a mistake');
      },
      /a mistake/,
    ],
    [
      'properties that are none',
      (done) => done(null, 0, { reasonString: 5 as never }),
      /reasonString must be a string/,
    ],
    ['properties that are too long', (done) => done(null, 0, { reasonString: 'x'.repeat(70_000) }), /property/],
  ])('is told of %s by an error event', async (_, answer, message) => {
    const { socket, errors } = await connected({
      customHandleAcks: (topic, _message, _packet, done) => (topic === 'bad' ? answer(done) : done(null, 0)),
    });
    socket.say(publish('bad', 1, 1), publish('good', 1, 2));
    expect(await socket.next('puback')).toMatchObject({ messageId: 2 });
    await settled();
    expect(errors).toHaveLength(1);
    expect(errors[0]!.message).toMatch(message);
  });

  it('has the first word and no second', async () => {
    const { asked, options } = questions();
    const { socket } = await connected(options);
    socket.say(publish('a', 1, 1), publish('b', 1, 2));
    const [first] = await asked.first(1);
    first!.done(null, 0);
    first!.done(null, 0x87);
    expect(await socket.next('puback')).toMatchObject({ messageId: 1, reasonCode: 0 });
    (await asked.first(2))[1]!.done(0x10);
    expect(await socket.next('puback')).toMatchObject({ messageId: 2, reasonCode: 0x10 });
    expect(socket.has('puback')).toBe(false);
  });

  it('decides nothing for a connection that is not the one that asked', async () => {
    const { asked, options } = questions();
    const { server, socket, messages } = await connected({ ...options, clean: false, clientId: 'a' });
    socket.say(publish('a', 2, 1), publish('b', 2, 2));
    const [late] = await asked.first(1);
    socket.drop();
    const next = await server.accepted({ sessionPresent: true });
    next.say(publish('a', 2, 1, true));
    const [, again] = await asked.first(2);
    late!.done(null, 0x87);
    await settled();
    expect(next.has('pubrec')).toBe(false);
    again!.done(null, 0);
    expect(await next.next('pubrec')).toMatchObject({ messageId: 1, reasonCode: 0 });
    expect(messages.items).toEqual(['a']);
  });

  it.each([3, 4] as const)('is not asked in version %i, which has no word for it', async (protocolVersion) => {
    const { socket, messages } = await connected({
      protocolVersion,
      protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
      customHandleAcks: (_topic, _message, _packet, done) => done(null, 0x87),
    });
    socket.say(publish('a', 1, 1));
    expect(await socket.next('puback')).toMatchObject({ messageId: 1 });
    expect(messages.items).toEqual(['a']);
  });

  it('has to be a function', () => {
    expect(() => connect('ws://server.test', { customHandleAcks: true as never })).toThrow(
      /customHandleAcks is no function/,
    );
  });
});

describe('handleMessage()', () => {
  it.each([4, 5] as const)('acknowledges by calling back (version %i)', async (protocolVersion) => {
    const { client: made, socket, messages } = await connected({ protocolVersion });
    const releases = new Collector<() => void>();
    made.handleMessage = (_packet, callback) => releases.add(callback);
    socket.say(publish('first', 0), publish('a', 1, 1));
    (await releases.first(1))[0]!();
    (await releases.first(2))[1]!();
    socket.say(publish('b', 1, 2), publish('c', 2, 3));
    const [, , third] = await releases.first(3);
    await settled();
    expect(messages.items).toEqual(['first', 'a', 'b']);
    await socket.next('puback');
    expect(socket.has('puback')).toBe(false);
    third!();
    expect(await socket.next('puback')).toMatchObject({ messageId: 2 });
    expect(socket.has('pubrec')).toBe(false);
    (await releases.first(4))[3]!();
    expect(await socket.next('pubrec')).toMatchObject({ messageId: 3 });
  });

  it('leaves unacknowledged what it gives an error for', async () => {
    const server = new ScriptServer(4);
    const made = connect('ws://server.test', { createWebsocket: server.createWebsocket, reconnectPeriod: 1 });
    client = made;
    made.handleMessage = ({ topic }, callback) => callback(topic === 'bad' ? new Error('no disk') : undefined);
    const failing = nextEvent<[Error]>(made, 'error');
    const socket = await server.accepted();
    socket.say(publish('bad', 1, 1), publish('bad', 2, 2), publish('good', 1, 3));
    expect(await socket.next('puback')).toMatchObject({ messageId: 3 });
    expect(socket.has('pubrec')).toBe(false);
    expect((await failing)[0].message).toBe('no disk');
  });

  it('is asked of messages that customHandleAcks takes', async () => {
    const handled: string[] = [];
    const { client: made, socket } = await connected({
      customHandleAcks: (topic, _message, _packet, done) => done(null, topic === 'good' ? 0 : 0x97),
    });
    made.handleMessage = ({ topic, qos }, callback) => {
      handled.push(`${topic} ${qos}`);
      callback();
    };
    socket.say(
      publish('good', 1, 1),
      publish('good', 2, 2),
      publish('bad', 2, 3),
      publish('zero', 0),
      publish('good', 1, 4),
    );
    await socket.next('puback');
    await socket.next('puback');
    expect(handled).toEqual(['good 1', 'good 2', 'zero 0', 'good 1']);
  });
});
