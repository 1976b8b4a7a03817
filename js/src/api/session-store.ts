// Where a client's session is kept: what a store is asked for, and the store whose memory is this page's or process's.

/** One record: put in the place of what was there under its key, or, without a value, taken away. */
export interface SessionChange {
  /** Hexadecimal digits. */
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/**
 * A map from keys to bytes, for one client at a time; what they hold is the client's own affair. Made by
 * indexedDbStore() of `wasmqtt/indexed-db-store`, by fileStore() of `wasmqtt/file-store`, or by an application.
 */
export interface SessionStore {
  /** Everything that is there, in any order. Called once, before the first connection. */
  read(): Iterable<readonly [key: string, value: Uint8Array]> | PromiseLike<Iterable<readonly [string, Uint8Array]>>;
  /**
   * Carries all changes out, in their order, or none. What it answers is settled when they are stored for good: only
   * then does the client send what relies on them. Called again when the one before is settled.
   */
  write(changes: readonly SessionChange[]): void | PromiseLike<void>;
  /** The client has ended; it may connect again, and read() is called then. */
  close?(): void | PromiseLike<void>;
}

/** A store that lives as long as the page or process: for a client that takes over the session of another one. */
export class Store implements SessionStore {
  readonly #records = new Map<string, Uint8Array>();

  /** Takes MQTT.js's options. */
  constructor(_options?: object) {}

  read(): Iterable<readonly [string, Uint8Array]> {
    return [...this.#records];
  }

  write(changes: readonly SessionChange[]): void {
    for (const { key, value } of changes) {
      if (value === undefined) this.#records.delete(key);
      else this.#records.set(key, value);
    }
  }
}
