// Enhanced authentication (5.0): the server's AUTH -> handleAuth() -> the client's; and authenticating again on an open
// connection: the AUTH that begins it -> the one that ends it, or the reason why there is none.
import { badCall, ErrorWithReasonCode, errorOf, MqttError } from '../api/errors.ts';
import type { AuthPacket, AuthProperties } from '../api/packets.ts';
import { ReasonCodes } from '../api/reason-codes.ts';
import type { OperationToken } from '../engine/types.ts';
import { Reason } from '../generated/reason-codes.ts';
import type { ClientConnection } from './client-connection.ts';
import { connectionClosed, type Operations } from './operations.ts';
import type { Overridable, Owner } from './owner.ts';

interface Exchange {
  readonly token: OperationToken;
  reject(error: Error): void;
}

export class Authentication {
  readonly #client: Owner;
  readonly #connection: ClientConnection;
  readonly #operations: Operations;
  readonly #original: Overridable;
  // reauthenticate() is under way: once at a time.
  #exchange: Exchange | undefined;
  // Counts connections: what the application answers to one that is gone, changes nothing for the next.
  #connections = 0;

  /** `original` has the methods that the application may have overridden. */
  constructor(client: Owner, connection: ClientConnection, operations: Operations, original: Overridable) {
    this.#client = client;
    this.#connection = connection;
    this.#operations = operations;
    this.#original = original;
  }

  begin(properties: AuthProperties): Promise<AuthPacket> {
    return new Promise((resolve, reject) => {
      if (this.#exchange !== undefined) throw badCall('the client is authenticating again already: wait for it');
      const token = this.#operations.add((error, answer) => {
        this.#exchange = undefined;
        if (answer === undefined) return reject(error && errorOf(error));
        resolve({
          cmd: 'auth',
          reasonCode: Reason.Success,
          ...(answer.properties && { properties: answer.properties }),
        });
      });
      this.#exchange = { token, reject };
      try {
        this.#connection.machine.authenticate(Reason.ReAuthenticate, properties, token);
      } catch (thrown) {
        this.#forget();
        throw badCall((thrown as Error).message, thrown);
      }
    });
  }

  /** Of the server's. */
  received(packet: AuthPacket): void {
    const isDone = packet.reasonCode === Reason.Success;
    if (isDone && this.#exchange !== undefined) {
      const { properties } = packet;
      this.#operations.answer(this.#exchange.token, { packetIdentifier: 0, reasonCodes: [Reason.Success], properties });
    }
    if (isDone && this.#client.handleAuth === this.#original.handleAuth) return;
    const connection = this.#connections;
    this.#client.handleAuth(packet, (error, answer) => {
      if (connection === this.#connections) this.#answer(isDone, error, answer);
    });
  }

  /** The server ends the connection. */
  refused(reasonCode: number): void {
    const message = `Authentication refused: ${ReasonCodes[reasonCode] ?? reasonCode}`;
    this.#forget()?.reject(new ErrorWithReasonCode(message, reasonCode));
  }

  connectionClosed(): void {
    ++this.#connections;
    this.#forget()?.reject(errorOf(connectionClosed));
  }

  #answer(isDone: boolean, error: Error | null | undefined, answer: AuthPacket | undefined): void {
    try {
      if (error) throw error;
      if (isDone) return;
      if (!answer) throw new MqttError('ERR_MQTT_BAD_CALL', 'handleAuth() answered nothing: callback(null, { ... })');
      this.#connection.machine.authenticate(answer.reasonCode, answer.properties);
    } catch (thrown) {
      this.#client.emit('error', thrown as Error);
      this.#connection.destroy();
    }
  }

  #forget(): Exchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange !== undefined) this.#operations.forget(exchange.token);
    return exchange;
  }
}
