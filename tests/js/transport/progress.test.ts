// What of the bytes that were sent has left, told by the transports on a line that is moved by hand.
import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';

import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { StreamTransport } from '../../../js/src/transport/stream.ts';
import type { TransportHandlers } from '../../../js/src/api/transport.ts';
import { WebSocketTransport } from '../../../js/src/transport/web-socket.ts';

const KIB = 1024;

let told: (number | string)[];
let handlers: TransportHandlers;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'setImmediate', 'nextTick'] });
  told = [];
  handlers = {
    opened: () => undefined,
    received: ({ length }) => told.push(`received ${length}`),
    drained: () => told.push('drained'),
    unsent: (bytes) => told.push(bytes),
    arriving: () => told.push('arriving'),
    closed: () => undefined,
  };
});

afterEach(() => {
  jest.useRealTimers();
});

/** A stream that takes a write when takeOne() is called. */
class SlowStream extends Duplex {
  readonly written: number[] = [];
  #done: (() => void) | undefined;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written.push(chunk.length);
    this.#done = done;
  }

  async takeOne(): Promise<void> {
    this.#done?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a stream', () => {
  it('gets 64 KiB at a time, and what has not left is told while it gets less', async () => {
    const stream = new SlowStream();
    const transport = new StreamTransport(stream, 'connect', handlers);
    expect(transport.send(new Uint8Array(200 * KIB))).toBe(false);
    expect(stream.written).toEqual([64 * KIB]);
    jest.advanceTimersByTime(100);
    await stream.takeOne();
    jest.advanceTimersByTime(100);
    jest.advanceTimersByTime(100);
    for (let taken = 0; taken < 3; ++taken) await stream.takeOne();
    expect(stream.written).toEqual([64 * KIB, 64 * KIB, 64 * KIB, 8 * KIB]);
    jest.advanceTimersByTime(100);
    expect(told).toEqual([200 * KIB, 136 * KIB, 'drained', 0]);
    expect(jest.getTimerCount()).toBe(0);
    stream.destroy();
  });

  it('that takes all at once is not looked at', () => {
    const written: number[] = [];
    const stream = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk.length);
        done();
      },
    });
    const transport = new StreamTransport(stream, 'connect', handlers);
    expect(transport.send(new Uint8Array(200 * KIB))).toBe(true);
    expect(written).toHaveLength(4);
    expect(jest.getTimerCount()).toBe(0);
    stream.destroy();
  });

  it('gets all of it before its end', async () => {
    const stream = new SlowStream();
    const transport = new StreamTransport(stream, 'connect', handlers);
    transport.send(new Uint8Array(200 * KIB));
    transport.close();
    const finished = new Promise((resolve) => stream.once('finish', resolve));
    for (let taken = 0; taken < 4; ++taken) await stream.takeOne();
    await finished;
    expect(stream.written.reduce((sum, length) => sum + length)).toBe(200 * KIB);
    stream.destroy();
  });

  it('gets whole what is sent by who does not ask', () => {
    const stream = new SlowStream();
    const { unsent: _unsent, ...others } = handlers;
    new StreamTransport(stream, 'connect', others).send(new Uint8Array(200 * KIB));
    expect(stream.written).toEqual([200 * KIB]);
    expect(jest.getTimerCount()).toBe(0);
    stream.destroy();
  });
});

/** A WebSocket as a browser's, whose buffer the test empties. */
class Socket extends EventEmitter {
  readyState = 1;
  bufferedAmount = 0;
  binaryType = '';
  readonly sent: number[] = [];
  callback: (() => void) | undefined;

  send(data: Uint8Array, callback?: () => void): void {
    this.sent.push(data.length);
    this.bufferedAmount += data.length;
    this.callback = callback;
  }

  close(): void {
    this.readyState = 2;
  }

  addEventListener(type: string, listener: (event: never) => void): void {
    this.on(type, listener as () => void);
  }
}

class SocketOfWs extends Socket {
  terminate(): void {}
}

describe('a WebSocket', () => {
  it('is asked for its buffer while that holds something', () => {
    const socket = new Socket();
    const transport = new WebSocketTransport(socket, 'arraybuffer', 65_536, handlers);
    expect(transport.send(new Uint8Array(1024 * KIB))).toBe(false);
    jest.advanceTimersByTime(99);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(1);
    socket.bufferedAmount = 600 * KIB;
    jest.advanceTimersByTime(100);
    jest.advanceTimersByTime(300);
    socket.bufferedAmount = 0;
    jest.advanceTimersByTime(100);
    expect(told).toEqual([1024 * KIB, 600 * KIB, 'drained', 0]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is not spoken of when all has left soon', () => {
    const socket = new Socket();
    const transport = new WebSocketTransport(socket, 'arraybuffer', 65_536, handlers);
    for (let sent = 0; sent < 10; ++sent) {
      expect(transport.send(new Uint8Array(1000))).toBe(true);
      socket.bufferedAmount = 0;
      jest.advanceTimersByTime(60);
    }
    jest.advanceTimersByTime(100);
    expect(told).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('of the package ws gets 64 KiB at a time, and the rest at its close', () => {
    const socket = new SocketOfWs();
    const transport = new WebSocketTransport(socket, 'nodebuffer', 65_536, handlers);
    for (let sent = 0; sent < 5; ++sent) expect(transport.send(new Uint8Array(64 * KIB))).toBe(true);
    expect(socket.sent).toHaveLength(1);
    jest.advanceTimersByTime(100);
    socket.bufferedAmount = 0;
    socket.callback?.();
    expect(socket.sent).toHaveLength(2);
    socket.bufferedAmount = 0; // and no callback: the next look finds it
    jest.advanceTimersByTime(100);
    expect(socket.sent).toHaveLength(3);
    expect(told).toEqual([320 * KIB, 192 * KIB]);
    transport.close();
    expect(socket.sent).toHaveLength(5);
    socket.emit('close', {});
    expect(jest.getTimerCount()).toBe(0);
  });

  it('of the package ws tells of a frame whose pieces come', () => {
    const socket = new SocketOfWs();
    socket.readyState = 0;
    const line = new EventEmitter();
    new WebSocketTransport(socket, 'nodebuffer', 65_536, handlers);
    socket.emit('upgrade', { socket: line });
    socket.readyState = 1;
    socket.emit('open', {});
    for (let piece = 0; piece < 5; ++piece) line.emit('data', Buffer.alloc(10));
    expect(told).toEqual([]);
    jest.advanceTimersByTime(100);
    for (let frame = 0; frame < 5; ++frame) {
      socket.emit('message', { data: Buffer.alloc(50) });
      line.emit('data', Buffer.alloc(10));
    }
    jest.advanceTimersByTime(200);
    expect(told).toEqual(['arriving', ...Array<string>(5).fill('received 50')]);
    socket.emit('close', {});
  });
});
