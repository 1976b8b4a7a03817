// The connections that a broker has: who they are, why each ended, and when the last one is gone.
import type { BrokerConnection, BrokerMachine } from '../engine/broker-machine.ts';
import type { ConnectionEnd, ConnectionSink } from '../engine/types.ts';

/** Why the broker closes a connection, as a WebSocket says it. */
export interface CloseReason {
  readonly code: number;
  readonly reason: string;
}

const ORDERLY: CloseReason = { code: 1000, reason: '' };
const GOING_AWAY = 1001;

/** One transport's connection, from open() to closed(). */
export class AcceptedConnection {
  readonly #connections: BrokerConnections;
  readonly #connection: BrokerConnection;

  constructor(connections: BrokerConnections, connection: BrokerConnection) {
    this.#connections = connections;
    this.#connection = connection;
  }

  receive(bytes: Uint8Array<ArrayBuffer>): void {
    this.#connection.receive(bytes);
  }

  setWritable(writable: boolean): void {
    this.#connection.setWritable(writable);
  }

  /** Why the broker ended it. */
  get closeReason(): CloseReason {
    return this.#connections.closeReasonOf(this.#connection.number);
  }

  /** The transport is gone. */
  closed(): void {
    this.#connection.closed();
    this.#connections.remove(this, this.#connection.number);
  }
}

export class BrokerConnections {
  readonly #machine: BrokerMachine;
  readonly #open = new Set<AcceptedConnection>();
  // By the engine's number; names of linked clients, too.
  readonly #clientIds = new Map<number, string>();
  readonly #closeReasons = new Map<number, CloseReason>();
  #emptied: (() => void) | undefined;

  constructor(machine: BrokerMachine) {
    this.#machine = machine;
  }

  /** `gathered` as BrokerMachine.open() has it. */
  open(sink: ConnectionSink, gathered?: number): AcceptedConnection {
    const connection = new AcceptedConnection(this, this.#machine.open(sink, gathered));
    this.#open.add(connection);
    return connection;
  }

  named(number: number, clientId: string): void {
    this.#clientIds.set(number, clientId);
  }

  clientIdOf(number: number): string {
    return this.#clientIds.get(number) ?? '';
  }

  ended(number: number, end: ConnectionEnd): void {
    this.#clientIds.delete(number);
    this.#closeReasons.set(number, closeReasonFor(end));
  }

  closeReasonOf(number: number): CloseReason {
    return this.#closeReasons.get(number) ?? ORDERLY;
  }

  remove(connection: AcceptedConnection, number: number): void {
    this.#closeReasons.delete(number);
    if (this.#open.delete(connection) && this.#open.size === 0) this.#emptied?.();
  }

  /** Resolves when no transport is left, or after so many milliseconds. */
  whenEmpty(patience: number): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.#emptied = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function closeReasonFor({ closeCode, orderly, error }: ConnectionEnd): CloseReason {
  if (closeCode === GOING_AWAY) return { code: GOING_AWAY, reason: 'the broker was closed' };
  return { code: closeCode, reason: orderly ? '' : error.text };
}
