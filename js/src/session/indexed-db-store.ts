// A client's session in the browser's IndexedDB, kept over reloads and crashes.
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';

import type { SessionChange, SessionStore } from '../api/session-store.ts';

export type { SessionChange, SessionStore } from '../api/session-store.ts';

interface Schema extends DBSchema {
  session: { key: string; value: Uint8Array };
}

/**
 * A database of its own under `name`: one for each client of the page. While a client uses it, another one's connection
 * fails, in this tab and in others: two would send each other's messages again.
 */
export function indexedDbStore(name: string): SessionStore {
  if (typeof name !== 'string' || name === '') throw new TypeError('write indexedDbStore("name")');
  return new IndexedDbStore(name);
}

class IndexedDbStore implements SessionStore {
  readonly #name: string;
  #database: IDBPDatabase<Schema> | undefined;
  #release: (() => void) | undefined;

  constructor(name: string) {
    this.#name = `wasmqtt:${name}`;
  }

  async read(): Promise<Iterable<readonly [string, Uint8Array]>> {
    this.#release ??= await hold(this.#name);
    try {
      this.#database ??= await openDB<Schema>(this.#name, 1, {
        upgrade: (database) => void database.createObjectStore('session'),
      });
      const { store, done } = this.#database.transaction('session');
      const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll(), done]);
      return keys.map((key, index) => [key, values[index]!] as const);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async write(changes: readonly SessionChange[]): Promise<void> {
    if (this.#database === undefined) throw new Error('the database is not open');
    // Strict: what the server is told to be kept must not be in a cache of the operating system alone.
    const { store, done } = this.#database.transaction('session', 'readwrite', { durability: 'strict' });
    const requests = changes.map(({ key, value }) => (value === undefined ? store.delete(key) : store.put(value, key)));
    await Promise.all([...requests, done]);
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
    this.#release?.();
    this.#release = undefined;
  }
}

/** Answers how to let go of it. Where there are no locks (a page that is not secure), nobody is kept out. */
async function hold(name: string): Promise<(() => void) | undefined> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (locks === undefined) return undefined;
  return new Promise((resolve, reject) => {
    const held = (lock: Lock | null): Promise<void> | undefined => {
      if (lock === null) {
        reject(new Error(`another client, maybe in another tab, uses "${name}"`));
        return undefined;
      }
      return new Promise((release) => resolve(release));
    };
    locks.request(name, { ifAvailable: true }, held).catch(reject);
  });
}
