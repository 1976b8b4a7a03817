// A transport that is still being dialled, because something about it has to be asked for first -> a transport.
import type { Transport, TransportHandlers } from './transport.ts';

export class PendingTransport implements Transport {
  readonly #handlers: TransportHandlers;
  #dialled: Transport | undefined;
  // A transport that is open already when it comes tells so before the promise of it does.
  #early: Uint8Array<ArrayBuffer>[] = [];
  #isDestroyed = false;

  /** `handlers` are those that the dialled transport has; they make nothing of what comes after closed(). */
  constructor(dialling: PromiseLike<Transport>, handlers: TransportHandlers) {
    this.#handlers = handlers;
    dialling.then(
      (transport) => this.#replace(transport),
      (thrown: unknown) => this.#failed(thrown),
    );
  }

  send(octets: Uint8Array<ArrayBuffer>): boolean {
    if (this.#dialled !== undefined) return this.#dialled.send(octets);
    this.#early.push(octets);
    return true;
  }

  pause(): void {
    this.#dialled?.pause?.();
  }

  resume(): void {
    this.#dialled?.resume?.();
  }

  close(): void {
    if (this.#dialled === undefined) this.destroy();
    else this.#dialled.close();
  }

  destroy(): void {
    this.#isDestroyed = true;
    if (this.#dialled !== undefined) this.#dialled.destroy();
    else queueMicrotask(() => this.#handlers.closed({ reason: '', wasClean: false }));
  }

  #replace(transport: Transport): void {
    this.#dialled = transport;
    if (this.#isDestroyed) transport.destroy();
    else for (const octets of this.#early) transport.send(octets);
    this.#early = [];
  }

  #failed(thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#handlers.closed({ reason: error.message, wasClean: false, error });
  }
}
