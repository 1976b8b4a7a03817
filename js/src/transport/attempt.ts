// One attempt to reach the server and the transport that comes of it: what has to be asked for first is awaited, and
// what was given up is not heard of any more.
import { type Awaitable, isPromised } from '../api/awaitable.ts';
import type { CompleteOptions, Protocol } from '../api/client-options.ts';
import { thrownError } from '../api/errors.ts';
import type { Transport, TransportHandlers } from '../api/transport.ts';
import type { ClientMachine } from '../engine/client-machine.ts';
import type { ConnectPacket } from '../engine/types.ts';

/** Where an attempt goes; the port is the protocol's own unless the options say another. */
export interface Target {
  readonly protocol: Protocol;
  readonly host: string;
  readonly port: number;
}

/** Opens a client's transport to a server, as its options say. */
export type OpenTransport = (
  target: Target,
  client: { readonly options: CompleteOptions },
  attempt: Attempt,
) => Awaitable<Transport>;

/** Opens the transport; an exception, or a rejection, ends the attempt. */
export type Dial = (attempt: Attempt) => Awaitable<Transport>;

export class Attempt implements Transport {
  readonly machine: ClientMachine;
  /** For the transport: they lead to those of the constructor until closed() was told. */
  readonly handlers: TransportHandlers;
  /** What the CONNECT will say. */
  readonly connectPacket: () => ConnectPacket;
  #transport: Transport | undefined;
  // A transport that is open already when it comes tells so before the promise of it does.
  #early: Uint8Array<ArrayBuffer>[] = [];
  #isOpen = false;
  #isDestroyed = false;
  #isOver = false;

  constructor(machine: ClientMachine, connectPacket: () => ConnectPacket, handlers: Required<TransportHandlers>) {
    this.machine = machine;
    this.connectPacket = connectPacket;
    this.handlers = {
      opened: (maximumFrameSize) => {
        if (this.#isOver) return;
        this.#isOpen = true;
        handlers.opened(maximumFrameSize);
      },
      received: (bytes) => this.#isOver || handlers.received(bytes),
      drained: () => this.#isOver || handlers.drained(),
      unsent: (bytes) => this.#isOver || handlers.unsent(bytes),
      arriving: () => this.#isOver || handlers.arriving(),
      closed: (info) => {
        if (this.#isOver) return;
        this.#isOver = true;
        handlers.closed(info);
      },
    };
  }

  /** Dials behind the task that asked for it: a client that is made and ended in one task opens nothing. */
  begin(dial: Dial): void {
    queueMicrotask(() => {
      if (this.#isDestroyed) return;
      try {
        const dialled = dial(this);
        if (isPromised(dialled)) dialled.then(this.#dialled, this.#failed);
        else this.#dialled(dialled);
      } catch (thrown) {
        this.#failed(thrown);
      }
    });
  }

  /**
   * `next` of the value; when it is there, if the application promised it. What comes when the attempt was given up, is
   * `discard`ed.
   */
  after<Value, Result>(
    value: Value | PromiseLike<Value>,
    next: (value: Value) => Awaitable<Result>,
    discard?: (value: Value) => void,
  ): Awaitable<Result> {
    if (!isPromised(value)) return next(value);
    return value.then((settled) => {
      if (!this.#isDestroyed) return next(settled);
      discard?.(settled);
      throw new Error('the attempt was given up');
    });
  }

  send(bytes: Uint8Array<ArrayBuffer>): boolean {
    if (this.#transport !== undefined) return this.#transport.send(bytes);
    this.#early.push(bytes);
    return true;
  }

  pause(): void {
    this.#transport?.pause?.();
  }

  resume(): void {
    this.#transport?.resume?.();
  }

  /** There is nothing to be orderly about before the transport is open. */
  close(): void {
    if (this.#isOpen && this.#transport !== undefined) this.#transport.close();
    else this.destroy();
  }

  /** The orderly close, for which nobody waits: closed() is told at once. */
  leave(): void {
    this.close();
    queueMicrotask(() => this.handlers.closed({ reason: '', wasClean: true }));
  }

  destroy(): void {
    this.#isDestroyed = true;
    if (this.#transport !== undefined) this.#transport.destroy();
    else queueMicrotask(() => this.handlers.closed({ reason: '', wasClean: false }));
  }

  readonly #dialled = (transport: Transport): void => {
    this.#transport = transport;
    if (this.#isDestroyed) transport.destroy();
    else for (const bytes of this.#early) transport.send(bytes);
    this.#early = [];
  };

  readonly #failed = (thrown: unknown): void => {
    const error = thrownError(thrown);
    this.handlers.closed({ reason: error.message, wasClean: false, error });
  };
}
