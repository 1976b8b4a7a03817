// A WebSocket, the browser's or anything of its shape, as a transport of binary frames.
import { MqttError } from '../api/errors.ts';
import {
  CLOSE_GRACE,
  type CloseInfo,
  type Transport,
  type TransportHandlers,
  type WebSocketLike,
} from '../api/transport.ts';
import { Arrivals, Progress } from './progress.ts';

interface CloseEventLike {
  readonly code?: number;
  readonly reason?: unknown;
  readonly wasClean?: boolean;
}

const OPEN = 1;
const NORMAL_CLOSURE = 1000;
const LOST: CloseInfo = { code: 1006, reason: '', wasClean: false };

/** Bytes in the browser's buffer from which on the sender is told to wait. */
const HIGH_WATER = 512 * 1024;
// A WebSocket does not say when its buffer has drained. Milliseconds.
const DRAIN_POLL = 10;
// The package ws counts what is sent together as buffered until the last of it has left; so it gets this much at a time.
const PACE = 64 * 1024;

export class WebSocketTransport implements Transport {
  readonly #socket: WebSocketLike;
  readonly #handlers: TransportHandlers;
  #failure: Error | undefined;
  #closed = false;
  #paused = false;
  // Frames that came while paused, or behind a Blob that is still being read.
  #waiting: unknown[] = [];
  #reading = false;
  #grace: ReturnType<typeof setTimeout> | undefined;
  #draining: ReturnType<typeof setTimeout> | undefined;
  // send() has answered so.
  #isFull = false;
  readonly #isPaced: boolean;
  // Frames that the package ws has not been given yet.
  #unsent: Uint8Array<ArrayBuffer>[] = [];
  #unsentBytes = 0;
  readonly #progress: Progress;
  readonly #arrivals: Arrivals;

  /**
   * `binaryType` is the kind of message data that costs the socket least: 'arraybuffer', or 'nodebuffer' for the
   * package ws. `maximumFrameSize` is in bytes.
   */
  constructor(socket: WebSocketLike, binaryType: string, maximumFrameSize: number, handlers: TransportHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    this.#isPaced = typeof socket.terminate === 'function';
    this.#progress = new Progress(handlers, () => this.#bufferedBytes());
    this.#arrivals = new Arrivals(() => handlers.arriving?.());
    socket.binaryType = binaryType;
    // By on... properties the line's listener would take the place of the one below.
    if (handlers.arriving !== undefined && typeof socket.addEventListener === 'function') this.#watchLine();
    this.#listen('open', 'onopen', () => handlers.opened(maximumFrameSize));
    this.#listen('message', 'onmessage', (event: { data: unknown }) => this.#message(event.data));
    this.#listen('error', 'onerror', (event: { error?: unknown }) => {
      if (isError(event.error)) this.#failure ??= event.error;
    });
    this.#listen('close', 'onclose', (event: CloseEventLike) => this.#end(closeInfo(event)));
    if (socket.readyState === OPEN) queueMicrotask(() => handlers.opened(maximumFrameSize));
  }

  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.#socket.readyState !== OPEN) return true;
    if (this.#isPaced) this.#sendPaced(bytes);
    else this.#socket.send(bytes);
    const buffered = this.#bufferedBytes();
    if (buffered > 0) this.#progress.watch();
    const isFull = buffered >= HIGH_WATER;
    if (isFull || this.#unsent.length > 0) this.#draining ??= setTimeout(() => this.#drain(), DRAIN_POLL);
    this.#isFull ||= isFull;
    return !isFull;
  }

  #sendPaced(bytes: Uint8Array<ArrayBuffer>): void {
    this.#unsent.push(bytes);
    this.#unsentBytes += bytes.length;
    this.#sendUnsent();
  }

  readonly #sendUnsent = (): void => {
    let count = 0;
    while (count < this.#unsent.length && this.#socket.bufferedAmount < PACE && this.#socket.readyState === OPEN) {
      const bytes = this.#unsent[count++]!;
      this.#unsentBytes -= bytes.length;
      // The callback comes sooner than the next look at the buffer, and keeps a fast line busy.
      const fills = this.#socket.bufferedAmount + bytes.length >= PACE;
      this.#socket.send(bytes, fills ? this.#sendUnsent : undefined);
    }
    this.#unsent.splice(0, count);
  };

  #bufferedBytes(): number {
    return this.#socket.bufferedAmount + this.#unsentBytes;
  }

  // A frame may take longer than the machine waits for a sign of life; the line tells of each part of it.
  #watchLine(): void {
    this.#socket.once?.('upgrade', ({ socket: line }) => {
      // Behind the listener that the socket itself has by then.
      this.#listen('open', 'onopen', () => line?.on('data', this.#arrivals.piece));
    });
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    queueMicrotask(() => this.#deliver());
  }

  close(): void {
    if (this.#closed) return;
    for (const bytes of this.#unsent.splice(0)) this.#socket.send(bytes);
    this.#unsentBytes = 0;
    this.#socket.close(NORMAL_CLOSURE);
    this.#grace ??= setTimeout(() => this.destroy(), CLOSE_GRACE);
  }

  destroy(): void {
    if (this.#closed) return;
    // A handshake with a peer that is gone would keep the socket, and a process of Node's, for half a minute.
    if (typeof this.#socket.terminate === 'function') this.#socket.terminate();
    else this.#socket.close();
    // The close event may be long in coming when the network is gone; nobody waits for it.
    queueMicrotask(() => this.#end(LOST));
  }

  #listen<Event>(
    type: string,
    property: 'onopen' | 'onmessage' | 'onerror' | 'onclose',
    listener: (event: Event) => void,
  ): void {
    const guarded = (event: unknown): void => {
      if (!this.#closed) listener(event as Event);
    };
    if (typeof this.#socket.addEventListener === 'function') this.#socket.addEventListener(type, guarded);
    else this.#socket[property] = guarded;
  }

  #message(data: unknown): void {
    this.#arrivals.frame();
    this.#waiting.push(data);
    this.#deliver();
  }

  #deliver(): void {
    while (this.#waiting.length > 0 && !this.#paused && !this.#reading && !this.#closed) {
      const data = this.#waiting.shift();
      if (typeof data === 'string') this.#refuseText();
      else if (isBlob(data)) void this.#readBlob(data);
      else this.#handlers.received(bytesOf(data as ArrayBuffer | Uint8Array<ArrayBuffer>));
    }
  }

  // What ignores binaryType hands out Blobs.
  async #readBlob(blob: Blob): Promise<void> {
    this.#reading = true;
    const buffer = await blob.arrayBuffer();
    this.#reading = false;
    if (this.#closed) return;
    this.#handlers.received(new Uint8Array(buffer));
    this.#deliver();
  }

  // [MQTT-6.0.0-1]
  #refuseText(): void {
    this.#failure = new MqttError('ERR_MQTT_PROTOCOL', 'the server sent a text frame; MQTT travels in binary frames');
    this.destroy();
  }

  #drain(): void {
    this.#draining = undefined;
    if (this.#closed) return;
    this.#sendUnsent();
    if (this.#isFull && this.#bufferedBytes() < HIGH_WATER / 2) {
      this.#isFull = false;
      this.#handlers.drained();
    }
    if (this.#isFull || this.#unsent.length > 0) this.#draining = setTimeout(() => this.#drain(), DRAIN_POLL);
  }

  #end(info: CloseInfo): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    clearTimeout(this.#grace);
    clearTimeout(this.#draining);
    this.#progress.end();
    this.#arrivals.end();
    this.#handlers.closed(this.#failure === undefined ? info : { ...info, error: this.#failure });
  }
}

// By their members, because a socket may come from another realm (a frame, a test runner's context).
function isError(thrown: unknown): thrown is Error {
  return typeof (thrown as Partial<Error> | undefined)?.message === 'string';
}

function isBlob(data: unknown): data is Blob {
  return typeof (data as Partial<Blob>).stream === 'function';
}

function bytesOf(data: ArrayBuffer | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return ArrayBuffer.isView(data) ? data : new Uint8Array(data);
}

function closeInfo(event: CloseEventLike): CloseInfo {
  return { code: event.code ?? LOST.code!, reason: String(event.reason ?? ''), wasClean: event.wasClean ?? false };
}
