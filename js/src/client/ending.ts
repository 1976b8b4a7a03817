// What end() means: the operations under way have their answers, the server hears DISCONNECT, the session is stored; and
// what the application asks for meanwhile is done then.
import type { EndCall } from '../api/arguments.ts';
import { Reason } from '../generated/reason-codes.ts';
import type { ClientConnection } from './client-connection.ts';
import { connectionClosed, type Operations } from './operations.ts';
import type { Owner } from './owner.ts';

export class Ending {
  readonly #client: Owner;
  readonly #connection: ClientConnection;
  readonly #operations: Operations;
  #call: EndCall | undefined;
  #next: (() => void) | undefined;

  constructor(client: Owner, connection: ClientConnection, operations: Operations) {
    this.#client = client;
    this.#connection = connection;
    this.#operations = operations;
  }

  get isUnderWay(): boolean {
    return this.#call !== undefined;
  }

  /** Does `next` when the end is over, in the place of what was asked for before; false if no end is under way. */
  postpones(next: () => void): boolean {
    if (this.#call === undefined) return false;
    this.#next = next;
    return true;
  }

  begin(call: EndCall): void {
    this.#next = undefined;
    if (this.#client.disconnecting) return this.#join(call);
    this.#client.disconnecting = true;
    this.#call = call;
    this.#connection.machine.stopReconnecting();
    const isBusy = this.#client.connected && this.#operations.size > 0;
    if (isBusy && !call.force) this.#client.once('outgoingEmpty', () => this.#leave(call));
    else this.#leave(call);
  }

  /** The client is connected no more. */
  connectionClosed(): void {
    queueMicrotask(() => this.#store());
  }

  // end() was called before.
  #join({ force, callback }: EndCall): void {
    if (this.#call === undefined) callback?.();
    else if (callback !== undefined) this.#client.once('end', callback);
    if (force) this.#connection.destroy();
  }

  #leave(call: EndCall): void {
    if (this.#call !== call) return;
    const { reasonCode = Reason.Success, properties } = call.options;
    if (!this.#connection.isActive) this.connectionClosed();
    else if (this.#client.connected && !call.force) this.#connection.machine.disconnect(reasonCode, properties);
    else this.#connection.destroy();
  }

  #store(): void {
    const call = this.#call;
    if (call === undefined) return;
    const stored = this.#connection.closeStore();
    if (stored === undefined) return this.#finish(call);
    const finish = (): void => this.#finish(call);
    stored.catch((error: Error) => this.#client.emit('error', error)).then(finish, finish);
  }

  #finish(call: EndCall): void {
    const client = this.#client;
    this.#call = undefined;
    client.disconnected = true;
    client.reconnecting = false;
    this.#connection.detach();
    this.#operations.failAll(connectionClosed);
    if (client.options.reconnectPeriod === 0 || client.options.manualConnect) client.disconnecting = false;
    client.emit('end');
    call.callback?.();
    const next = this.#next;
    this.#next = undefined;
    next?.();
  }
}
