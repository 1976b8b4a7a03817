// broker.WebSocket beside the browser's own interface: states, events, data of each kind, closing from both sides.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generate, parser, type Packet } from 'mqtt-packet';
import { createBroker, type Broker, type InTabWebSocket } from 'wasmqtt/broker';

import { Collector, nextDomEvent, nextEvent } from '../../support/events.ts';

const connectPacket = generate({ cmd: 'connect', clientId: 'me', protocolVersion: 4, clean: true, keepalive: 0 });
const connack = [0x20, 2, 0, 0];

let broker: Broker;

beforeEach(() => {
  broker = createBroker();
});

afterEach(() => broker.close());

async function opened(protocols: string | string[] = 'mqtt'): Promise<InTabWebSocket> {
  const socket = new broker.WebSocket('ws://in-tab/mqtt', protocols);
  socket.binaryType = 'arraybuffer';
  await nextDomEvent(socket, 'open');
  return socket;
}

describe('a new WebSocket', () => {
  it('is connecting, and opens in a later task', async () => {
    const socket = new broker.WebSocket('ws://in-tab/mqtt', ['mqtt']);
    expect(socket).toMatchObject({
      readyState: 0,
      url: 'ws://in-tab/mqtt',
      protocol: '',
      extensions: '',
      bufferedAmount: 0,
      binaryType: 'blob',
    });
    const opening = nextDomEvent(socket, 'open');
    await Promise.resolve();
    expect(socket.readyState).toBe(socket.CONNECTING);
    expect(await opening).toMatchObject({ type: 'open', target: socket });
    expect(socket).toMatchObject({ readyState: broker.WebSocket.OPEN, protocol: 'mqtt' });
  });

  it('has the constants of the interface on the class and on each object', () => {
    const constants = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
    const { CONNECTING, OPEN, CLOSING, CLOSED } = broker.WebSocket;
    expect({ CONNECTING, OPEN, CLOSING, CLOSED }).toEqual(constants);
    expect(new broker.WebSocket('ws://in-tab/')).toMatchObject(constants);
  });

  it('chooses the subprotocol mqtt before that of 3.1', async () => {
    expect((await opened(['soap', 'mqttv3.1', 'mqtt'])).protocol).toBe('mqtt');
    expect((await opened(['soap', 'mqttv3.1'])).protocol).toBe('mqttv3.1');
    expect((await opened([])).protocol).toBe('');
  });

  it('fails when no subprotocol that it is offered is MQTT', async () => {
    const socket = new broker.WebSocket('ws://in-tab/', 'soap');
    const failing = nextDomEvent(socket, 'error');
    const closing = nextDomEvent(socket, 'close');
    await failing;
    expect(await closing).toMatchObject({ code: 1006, wasClean: false });
    expect(socket.readyState).toBe(3);
  });

  it('fails when the broker is closed', async () => {
    await broker.close();
    const socket = new broker.WebSocket('ws://in-tab/', 'mqtt');
    expect(await nextDomEvent(socket, 'close')).toMatchObject({ code: 1006 });
  });

  it.each([
    ['no URL', 'not a url', undefined],
    ['a URL of another kind', 'ftp://in-tab/', undefined],
    ['a fragment', 'ws://in-tab/#here', undefined],
    ['a subprotocol twice', 'ws://in-tab/', ['mqtt', 'mqtt']],
    ['a subprotocol that is no token', 'ws://in-tab/', 'mq tt'],
  ])('throws a SyntaxError for %s', (_name, url, protocols) => {
    expect(() => new broker.WebSocket(url, protocols)).toThrow(expect.objectContaining({ name: 'SyntaxError' }));
  });

  it('takes http and https for ws and wss', () => {
    expect(new broker.WebSocket('http://in-tab/').url).toBe('ws://in-tab/');
    expect(new broker.WebSocket(new URL('https://in-tab/')).url).toBe('wss://in-tab/');
  });
});

describe('messages', () => {
  /** The data of the message events until `count` packets of any kind have come. */
  async function datas(socket: InTabWebSocket, count: number): Promise<Buffer[]> {
    const datas: Buffer[] = [];
    const packets = new Collector<Packet>();
    const reading = parser({ protocolVersion: 4 });
    reading.on('packet', (packet: Packet) => packets.add(packet));
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      datas.push(Buffer.from(data));
      reading.parse(Buffer.from(data));
    };
    const subscribe = generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 0 }] });
    const publish = Array.from({ length: 20 }, (_, i) =>
      generate({ cmd: 'publish', topic: 'a', payload: `${i}`, qos: 0 } as Packet),
    );
    socket.send(Uint8Array.from(Buffer.concat([connectPacket, subscribe, ...publish])));
    await packets.first(count);
    return datas;
  }

  it('hold one packet each for a client of 3.1, which takes a message for a packet', async () => {
    const messages = await datas(await opened('mqttv3.1'), 22);
    // A reader of 2013: the first packet of a message, and not what is behind it.
    expect(messages.map((data) => data.length)).toEqual(messages.map((data) => 2 + data[1]!));
    expect(messages).toHaveLength(22);
  });

  it.each([['mqtt'], [[]]])('hold the packets that are ready for the subprotocol %j', async (protocols) => {
    expect(await datas(await opened(protocols), 22)).toHaveLength(1);
  });
});

describe('send()', () => {
  it('throws an InvalidStateError before the open event', () => {
    const socket = new broker.WebSocket('ws://in-tab/', 'mqtt');
    expect(() => socket.send(new Uint8Array(1))).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
  });

  it.each<[string, (bytes: Uint8Array<ArrayBuffer>) => ArrayBuffer | ArrayBufferView | Blob]>([
    ['an ArrayBuffer', (bytes) => bytes.slice().buffer],
    ['a view', (bytes) => new Uint8Array([9, ...bytes, 9]).subarray(1, -1)],
    ['a DataView', (bytes) => new DataView(bytes.slice().buffer)],
    ['a Blob', (bytes) => new Blob([bytes])],
  ])('takes %s', async (_name, make) => {
    const socket = await opened();
    const answering = nextDomEvent<MessageEvent<ArrayBuffer>>(socket, 'message');
    socket.send(make(new Uint8Array(connectPacket)));
    expect([...new Uint8Array((await answering).data)]).toEqual(connack);
  });

  it('keeps the order of Blobs and bytes', async () => {
    const socket = await opened();
    const answering = nextDomEvent<MessageEvent<ArrayBuffer>>(socket, 'message');
    socket.send(new Blob([new Uint8Array(connectPacket.subarray(0, 3))]));
    expect(socket.bufferedAmount).toBe(3);
    socket.send(new Uint8Array(connectPacket.subarray(3)));
    expect([...new Uint8Array((await answering).data)]).toEqual(connack);
    expect(socket.bufferedAmount).toBe(0);
  });

  it('takes the bytes as they are at the call', async () => {
    const socket = await opened();
    const answering = nextDomEvent<MessageEvent<ArrayBuffer>>(socket, 'message');
    const bytes = new Uint8Array(connectPacket);
    socket.send(bytes);
    bytes.fill(0xff);
    expect([...new Uint8Array((await answering).data)]).toEqual(connack);
  });

  it('of a text closes the connection with 1003, and that one alone', async () => {
    const [socket, other] = await Promise.all([opened(), opened()]);
    const closing = nextDomEvent(socket, 'close');
    socket.send('hello');
    expect(await closing).toMatchObject({ code: 1003, reason: 'MQTT travels in binary frames', wasClean: true });
    const answering = nextDomEvent(other, 'message');
    other.send(new Uint8Array(connectPacket));
    await answering;
  });

  it('after close() only adds to bufferedAmount', async () => {
    const socket = await opened();
    socket.close();
    socket.send(new Uint8Array(5));
    expect(socket.bufferedAmount).toBe(5);
  });
});

describe('message events', () => {
  it('come as Blobs unless binaryType says otherwise', async () => {
    const socket = await opened();
    socket.binaryType = 'blob';
    socket.binaryType = 'nonsense' as never;
    const answering = nextDomEvent<MessageEvent<Blob>>(socket, 'message');
    socket.send(new Uint8Array(connectPacket));
    expect([...new Uint8Array(await (await answering).data.arrayBuffer())]).toEqual(connack);
  });

  it('reach the on... property and every listener, in order', async () => {
    const socket = await opened();
    const calls = new Collector<string>();
    socket.addEventListener('message', () => calls.add('listener'));
    socket.onmessage = () => calls.add('property');
    socket.send(new Uint8Array(connectPacket));
    await calls.first(2);
    socket.send(generate({ cmd: 'pingreq' }));
    expect((await calls.first(4)).sort()).toEqual(['listener', 'listener', 'property', 'property']);
  });

  it('are never delivered inside send()', async () => {
    const socket = await opened();
    const answering = nextDomEvent(socket, 'message');
    let isSending = true;
    const wasSending = new Promise<boolean>((resolve) => socket.addEventListener('message', () => resolve(isSending)));
    socket.send(new Uint8Array(connectPacket));
    isSending = false;
    await answering;
    expect(await wasSending).toBe(false);
  });

  it('come complete and in order when there are many', async () => {
    const socket = await opened();
    const packets = new Collector<Packet>();
    const stream = parser({ protocolVersion: 4 });
    stream.on('packet', packets.add);
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => stream.parse(Buffer.from(data));
    socket.send(new Uint8Array(connectPacket));
    socket.send(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 0 }] }));
    const payload = 'x'.repeat(2000);
    for (let count = 0; count < 2000; ++count) {
      socket.send(
        generate({ cmd: 'publish', topic: 'a', payload: `${count} ${payload}`, qos: 0, dup: false, retain: false }),
      );
    }
    const publishes = (await packets.first(2002)).filter((packet) => packet.cmd === 'publish');
    expect(publishes.map((packet) => Number.parseInt(packet.payload.toString(), 10))).toEqual([...Array(2000).keys()]);
  });
});

describe('closing', () => {
  it('by close() tells the code and reason back, and the broker that the client is gone', async () => {
    const going = nextEvent(broker, 'clientDisconnected');
    const socket = await opened();
    const answering = nextDomEvent(socket, 'message');
    socket.send(new Uint8Array(connectPacket));
    await answering;
    const closing = nextDomEvent(socket, 'close');
    socket.close(3001, 'enough');
    expect(socket.readyState).toBe(2);
    expect(await closing).toMatchObject({ code: 3001, reason: 'enough', wasClean: true });
    expect(socket.readyState).toBe(3);
    expect(await going).toEqual([expect.objectContaining({ clientId: 'me', orderly: false })]);
  });

  it('without a code is 1005', async () => {
    const socket = await opened();
    const closing = nextDomEvent(socket, 'close');
    socket.close();
    socket.close();
    expect(await closing).toMatchObject({ code: 1005, reason: '', wasClean: true });
  });

  it('before the open event fails the connection', async () => {
    const socket = new broker.WebSocket('ws://in-tab/', 'mqtt');
    const failing = nextDomEvent(socket, 'error');
    const closing = nextDomEvent(socket, 'close');
    socket.close();
    await failing;
    expect(await closing).toMatchObject({ code: 1006, wasClean: false });
  });

  it('with a code that applications may not use throws an InvalidAccessError', async () => {
    const socket = await opened();
    expect(() => socket.close(1001)).toThrow(expect.objectContaining({ name: 'InvalidAccessError' }));
    expect(() => socket.close(1000, 'x'.repeat(124))).toThrow(expect.objectContaining({ name: 'SyntaxError' }));
  });

  it.each<[string, number[], number]>([
    ['garbage', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 1002],
    ['a packet before the CONNECT', [0xc0, 0x00], 1002],
  ])('follows on %s, with a code and a reason, and nobody else notices', async (_name, bytes, code) => {
    const [socket, other] = await Promise.all([opened(), opened()]);
    const closing = nextDomEvent<CloseEvent>(socket, 'close');
    socket.send(Uint8Array.from(bytes));
    const event = await closing;
    expect(event.code).toBe(code);
    expect(event.reason).not.toBe('');
    const answering = nextDomEvent(other, 'message');
    other.send(new Uint8Array(connectPacket));
    await answering;
  });

  it('follows on a DISCONNECT with 1000', async () => {
    const socket = await opened();
    socket.send(new Uint8Array(connectPacket));
    await nextDomEvent(socket, 'message');
    const closing = nextDomEvent(socket, 'close');
    socket.send(generate({ cmd: 'disconnect' }));
    expect(await closing).toMatchObject({ code: 1000, wasClean: true });
  });

  it('of the broker closes with 1001', async () => {
    const socket = await opened();
    socket.send(new Uint8Array(connectPacket));
    await nextDomEvent(socket, 'message');
    const closing = nextDomEvent(socket, 'close');
    await broker.close();
    expect(await closing).toMatchObject({ code: 1001, reason: 'the broker was closed' });
  });
});
