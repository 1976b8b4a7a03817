// Authenticating again on an open connection (5.0): the AUTH that begins it -> the one that ends it, or the reason why
// there is none.
import type { ClientMachine } from '../engine/engine.ts';
import { badCall, errorOf, ErrorWithReasonCode } from '../api/errors.ts';
import type { Operations } from './operations.ts';
import type { AuthPacket, AuthProperties } from '../api/packets.ts';
import { ReasonCodes } from '../api/reason-codes.ts';

const RE_AUTHENTICATE = 0x19;

interface Exchange {
  readonly token: number;
  reject(error: Error): void;
}

export class Reauthentication {
  readonly #machine: ClientMachine;
  readonly #operations: Operations;
  // There is one at a time.
  #exchange: Exchange | undefined;

  constructor(machine: ClientMachine, operations: Operations) {
    this.#machine = machine;
    this.#operations = operations;
  }

  begin(properties: AuthProperties): Promise<AuthPacket> {
    return new Promise((resolve, reject) => {
      if (this.#exchange !== undefined) throw badCall('the client is authenticating again already: wait for it');
      const token = this.#operations.add((error, answer) => {
        this.#exchange = undefined;
        if (answer === undefined) return reject(error && errorOf(error));
        resolve({ cmd: 'auth', reasonCode: 0, ...(answer.properties && { properties: answer.properties }) });
      });
      this.#exchange = { token, reject };
      try {
        this.#machine.authenticate(RE_AUTHENTICATE, properties, token);
      } catch (thrown) {
        this.#forget();
        throw badCall((thrown as Error).message, thrown);
      }
    });
  }

  /** The server is content. */
  succeeded({ properties }: AuthPacket): void {
    if (this.#exchange !== undefined) {
      this.#operations.answer(this.#exchange.token, { packetIdentifier: 0, reasonCodes: [0], properties });
    }
  }

  /** The server ends the connection. */
  refused(reasonCode: number): void {
    const message = `Authentication refused: ${ReasonCodes[reasonCode] ?? reasonCode}`;
    this.#forget()?.reject(new ErrorWithReasonCode(message, reasonCode));
  }

  connectionClosed(): void {
    this.#forget()?.reject(errorOf({ fault: 'limit-reached', reasonCode: 0x80, text: 'Connection closed' }));
  }

  #forget(): Exchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange !== undefined) this.#operations.forget(exchange.token);
    return exchange;
  }
}
