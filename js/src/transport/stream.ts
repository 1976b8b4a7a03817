// A Node stream (a TCP or TLS socket, or any duplex) as a transport.
import { CLOSE_GRACE, type Transport, type TransportHandlers } from './transport.ts';

/** What this file needs of a Node stream: a net.Socket, a tls.TLSSocket or any Duplex. */
export interface StreamLike {
  readonly writable: boolean;
  on(event: string, listener: (...args: never[]) => void): unknown;
  once(event: string, listener: (...args: never[]) => void): unknown;
  write(octets: Uint8Array): boolean;
  pause(): unknown;
  resume(): unknown;
  end(): unknown;
  destroy(): unknown;
}

export class StreamTransport implements Transport {
  readonly #stream: StreamLike;
  #grace: ReturnType<typeof setTimeout> | undefined;

  /** `openEvent` is the event by which the stream says that it is open. */
  constructor(stream: StreamLike, openEvent: string, handlers: TransportHandlers) {
    this.#stream = stream;
    let failure: Error | undefined;
    stream.once(openEvent, () => handlers.opened());
    stream.on('data', (chunk: Uint8Array<ArrayBuffer>) => handlers.received(chunk));
    stream.on('drain', () => handlers.drained());
    stream.on('error', (error: Error) => {
      failure ??= error;
    });
    stream.once('close', () => {
      clearTimeout(this.#grace);
      handlers.closed({
        reason: failure?.message ?? '',
        wasClean: failure === undefined,
        ...(failure && { error: failure }),
      });
    });
  }

  send(octets: Uint8Array<ArrayBuffer>): boolean {
    return !this.#stream.writable || this.#stream.write(octets);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  close(): void {
    this.#stream.end();
    this.#grace ??= setTimeout(() => this.#stream.destroy(), CLOSE_GRACE);
  }

  destroy(): void {
    this.#stream.destroy();
  }
}
