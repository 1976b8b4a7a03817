// What a platform's buffer does with what it was given -> how much of it waits there, told while that changes.
import type { TransportHandlers } from '../api/transport.ts';

/** Milliseconds between two looks at a buffer: a part of the shortest time that a machine waits for a sign of life. */
const LOOK = 100;

export class Progress {
  readonly #handlers: TransportHandlers;
  readonly #unsent: () => number;
  #told = 0;
  #looking: ReturnType<typeof setTimeout> | undefined;

  /** `unsent` counts the bytes that were sent and have not left. */
  constructor(handlers: TransportHandlers, unsent: () => number) {
    this.#handlers = handlers;
    this.#unsent = unsent;
  }

  /** Something may be waiting. On a fast line it has left before it is looked for. */
  watch(): void {
    if (this.#handlers.unsent !== undefined) this.#looking ??= setTimeout(this.#look, LOOK);
  }

  end(): void {
    clearTimeout(this.#looking);
  }

  readonly #look = (): void => {
    this.#looking = undefined;
    const unsent = this.#unsent();
    if (unsent !== this.#told) {
      this.#told = unsent;
      this.#handlers.unsent?.(unsent);
    }
    if (unsent > 0) this.watch();
  };
}

/** Tells that bytes come which are no whole frame yet, not for each of their pieces. */
export class Arrivals {
  readonly #tell: () => void;
  #hasHeard = false;
  #telling: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: () => void) {
    this.#tell = tell;
  }

  /** A frame has come. */
  frame(): void {
    this.#hasHeard = true;
  }

  /** A piece has come; a frame that it completes was told of before. */
  readonly piece = (): void => {
    if (this.#hasHeard) this.#hasHeard = false;
    else this.#telling ??= setTimeout(this.#due, LOOK);
  };

  end(): void {
    clearTimeout(this.#telling);
  }

  readonly #due = (): void => {
    this.#telling = undefined;
    this.#tell();
  };
}
