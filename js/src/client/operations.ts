// The operations that wait for their answer: the engine's tokens -> the application's callbacks.
import { ErrorKind } from '../generated/records.ts';
import type { PacketProperties } from '../engine/properties.ts';
import type { EngineError, OperationToken, ReasonCode } from '../engine/types.ts';
import { Reason } from '../generated/reason-codes.ts';

/** What the engine answers to an operation. */
export interface Answer {
  packetIdentifier: number;
  reasonCodes: ReasonCode[];
  properties: PacketProperties | undefined;
}

/** Called once: with an answer, or with an error. */
export type Settle = (error: EngineError | undefined, answer: Answer | undefined) => void;

/** Why what has no answer fails when its connection ends. */
export const connectionClosed: EngineError = {
  fault: 'limit-reached',
  reasonCode: Reason.UnspecifiedError,
  text: 'Connection closed',
  kind: ErrorKind.ConnectionClosed,
};

const largestToken = 0xffff_ffff;

export class Operations {
  readonly #waiting = new Map<OperationToken, Settle>();
  readonly #settled: () => void;
  #last: OperationToken = 0;

  /** `settled` hears of each operation that has its answer, or has failed by itself. */
  constructor(settled: () => void) {
    this.#settled = settled;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** The token that add() gave last, 0 for none. */
  get last(): OperationToken {
    return this.#last;
  }

  add(settle: Settle): OperationToken {
    do {
      this.#last = this.#last === largestToken ? 1 : this.#last + 1;
    } while (this.#waiting.has(this.#last));
    this.#waiting.set(this.#last, settle);
    return this.#last;
  }

  /** The operation was not begun after all: nobody is told. */
  forget(token: OperationToken): void {
    this.#waiting.delete(token);
  }

  /** False if nobody waits for it. */
  answer(token: OperationToken, answer: Answer): boolean {
    return this.#settle(token, undefined, answer) && this.#tell();
  }

  fail(token: OperationToken, error: EngineError): boolean {
    return this.#settle(token, error, undefined) && this.#tell();
  }

  failAll(error: EngineError): void {
    for (const token of [...this.#waiting.keys()]) this.#settle(token, error, undefined);
  }

  #tell(): true {
    this.#settled();
    return true;
  }

  #settle(token: OperationToken, error: EngineError | undefined, answer: Answer | undefined): boolean {
    const settle = this.#waiting.get(token);
    if (settle === undefined) return false;
    this.#waiting.delete(token);
    settle(error, answer);
    return true;
  }
}
