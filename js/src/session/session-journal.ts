// The changes of one client's session -> a store, and what relies on them held back until they are there.
import { MqttError, messageOf } from '../api/errors.ts';
import type { SessionChange, SessionStore } from '../api/session-store.ts';
import type { ClientMachine } from '../engine/client-machine.ts';

/** What is to be written together, and what waits for it. */
interface Batch {
  readonly changes: SessionChange[];
  readonly actions: (() => void)[];
}

export class SessionJournal {
  readonly #store: SessionStore;
  readonly #failed: (error: MqttError) => void;
  #next: Batch = { changes: [], actions: [] };
  #isScheduled = false;
  #writing: Promise<void> | undefined;
  #opening: Promise<void> | undefined;
  #isOpen = false;
  #isRestored = false;

  /** `failed` hears of a store that did not take the changes: nothing that relies on them is done. */
  constructor(store: SessionStore, failed: (error: MqttError) => void) {
    this.#store = store;
    this.#failed = failed;
  }

  /**
   * Brings the store's content to the machine, which takes no connection before; undefined if that is done. A machine
   * that has ended and begins again goes on with what it has: the store is read to be open.
   */
  open(machine: ClientMachine): Promise<void> | undefined {
    if (this.#isOpen) return undefined;
    this.#opening ??= this.#open(machine).finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #open(machine: ClientMachine): Promise<void> {
    const records = await this.#read();
    this.#isOpen = true;
    if (this.#isRestored) return;
    await machine.engine.ready;
    for (const [key, value] of records) machine.restore(bytesOf(key), value);
    machine.finishRestoring();
    // What was published before is told now, and so in front of what waits for it.
    machine.engine.flush();
    this.#isRestored = true;
    this.#schedule();
  }

  async #read(): Promise<(readonly [key: string, value: Uint8Array])[]> {
    try {
      return [...(await this.#store.read())].sort(([a], [b]) => (a < b ? -1 : 1));
    } catch (thrown) {
      throw storeError('read', thrown);
    }
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#next.changes.push({ key: digitsOf(key), value });
    this.#schedule();
  }

  erase(key: Uint8Array): void {
    this.#next.changes.push({ key: digitsOf(key), value: undefined });
    this.#schedule();
  }

  /** Does it when all changes so far are stored, behind what was to be done before: at once if they are. */
  whenStored(action: () => void): void {
    const isIdle =
      this.#isRestored && this.#writing === undefined && this.#next.changes.length + this.#next.actions.length === 0;
    if (isIdle) return action();
    this.#next.actions.push(action);
    this.#schedule();
  }

  /** Resolves when the store has everything, or has refused it. */
  async close(): Promise<void> {
    await this.#opening?.catch(() => undefined);
    await this.#write();
    this.#isOpen = false;
    await this.#store.close?.();
  }

  // All of a step goes together.
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      void this.#write();
    });
  }

  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined));
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#isRestored && this.#next.changes.length + this.#next.actions.length > 0) {
      const { changes, actions } = this.#next;
      this.#next = { changes: [], actions: [] };
      try {
        if (changes.length > 0) await this.#store.write(changes);
      } catch (thrown) {
        // They are tried again with what comes next; the session in memory goes on.
        this.#next = { changes: [...changes, ...this.#next.changes], actions: [] };
        return this.#failed(storeError('write', thrown));
      }
      for (const action of actions) action();
    }
  }
}

function storeError(verb: 'read' | 'write', thrown: unknown): MqttError {
  return new MqttError('ERR_MQTT_STORE', `the session store could not ${verb}: ${messageOf(thrown)}`, {
    cause: thrown,
  });
}

function digitsOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOf(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length >> 1);
  for (let at = 0; at < bytes.length; ++at) bytes[at] = Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}
