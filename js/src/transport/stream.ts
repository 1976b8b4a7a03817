// A Node stream (a TCP or TLS socket, or any duplex) as a transport.
import { MqttError } from '../api/errors.ts';
import { CLOSE_GRACE, type StreamLike, type Transport, type TransportHandlers } from '../api/transport.ts';
import { Progress } from './progress.ts';

// A stream counts what is written together as waiting until the last of it has left; so it gets this much at a time.
const CHUNK = 64 * 1024;

export class StreamTransport implements Transport {
  readonly #stream: StreamLike;
  readonly #handlers: TransportHandlers;
  readonly #progress: Progress;
  // What the stream has not been given yet, because it has not taken what was given before.
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  // Open, and the peer has not said anything yet.
  #isSilent = false;
  #isBlocked = false;
  #isWaitedFor = false;
  #grace: ReturnType<typeof setTimeout> | undefined;

  /** `openEvent` is the event by which the stream says that it is open. */
  constructor(stream: StreamLike, openEvent: string, handlers: TransportHandlers) {
    this.#stream = stream;
    this.#handlers = handlers;
    this.#progress = new Progress(handlers, () => this.#unsent());
    let failure: Error | undefined;
    stream.once(openEvent, () => {
      this.#isSilent = true;
      handlers.opened();
    });
    stream.on('data', (chunk: Uint8Array<ArrayBuffer>) => {
      this.#isSilent = false;
      handlers.received(chunk);
    });
    stream.on('drain', () => this.#drained());
    stream.on('error', (error: Error) => {
      failure ??= error;
    });
    stream.once('close', () => {
      clearTimeout(this.#grace);
      this.#progress.end();
      if (this.#isSilent) failure ??= closedInSilence();
      handlers.closed({
        reason: failure?.message ?? '',
        wasClean: failure === undefined,
        ...(failure && { error: failure }),
      });
    });
  }

  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (!this.#stream.writable) return true;
    // Who does not ask how much has left is not owed more writes than there are sends.
    if (bytes.length <= CHUNK || this.#handlers.unsent === undefined) this.#chunks.push(bytes);
    else for (let at = 0; at < bytes.length; at += CHUNK) this.#chunks.push(bytes.subarray(at, at + CHUNK));
    this.#write();
    if (!this.#isBlocked) return true;
    this.#progress.watch();
    this.#isWaitedFor = true;
    return false;
  }

  #write(): void {
    let count = 0;
    while (count < this.#chunks.length && !this.#isBlocked) {
      const isTaken = this.#stream.write(this.#chunks[count++]!);
      // A stream says that it is full, and will have drained, also when all has left at once.
      this.#isBlocked = !isTaken && this.#stream.writableLength !== 0;
    }
    this.#chunks.splice(0, count);
  }

  #drained(): void {
    this.#isBlocked = false;
    this.#write();
    if (this.#isBlocked || !this.#isWaitedFor) return;
    this.#isWaitedFor = false;
    this.#handlers.drained();
  }

  #unsent(): number {
    return this.#chunks.reduce((bytes, chunk) => bytes + chunk.length, this.#stream.writableLength ?? 0);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  close(): void {
    this.#isSilent = false;
    for (const chunk of this.#chunks.splice(0)) this.#stream.write(chunk);
    this.#stream.end();
    this.#grace ??= setTimeout(() => this.#stream.destroy(), CLOSE_GRACE);
  }

  destroy(): void {
    this.#isSilent = false;
    this.#stream.destroy();
  }
}

// As a server may that speaks something else.
function closedInSilence(): MqttError {
  return new MqttError(
    'ERR_MQTT_TRANSPORT',
    'the server closed the connection without a word: is its port the one of plain MQTT (mqtt://), ' +
      'or of MQTT over WebSocket (ws://) or TLS (mqtts://)?',
  );
}
