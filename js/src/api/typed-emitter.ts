// An event emitter with the methods that Node's has, so that code written for MQTT.js finds what it calls; events are
// typed.

type Listener<Args extends unknown[]> = (...args: Args) => void;

interface Entry<Args extends unknown[]> {
  readonly listener: Listener<Args>;
  readonly once: boolean;
}

/** `Events` names each event's arguments: `{ message: [topic: string, payload: Payload] }`. */
export class TypedEmitter<Events extends { [Name in keyof Events]: unknown[] }> {
  // Arrays are replaced, not changed, so that an emit() under way goes on with the listeners it began with.
  readonly #entries: { [Name in keyof Events]?: readonly Entry<Events[Name]>[] } = {};
  #maxListeners = 10;

  on<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this {
    return this.#add(event, { listener, once: false }, false);
  }

  addListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this {
    return this.on(event, listener);
  }

  once<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this {
    return this.#add(event, { listener, once: true }, false);
  }

  prependListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this {
    return this.#add(event, { listener, once: false }, true);
  }

  prependOnceListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this {
    return this.#add(event, { listener, once: true }, true);
  }

  off<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this {
    const entries = this.#of(event);
    const last = entries.map((entry) => entry.listener).lastIndexOf(listener);
    if (last >= 0) this.#remove(event, entries[last]);
    return this;
  }

  removeListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this {
    return this.off(event, listener);
  }

  removeAllListeners(event?: keyof Events): this {
    if (event !== undefined) delete this.#entries[event];
    else for (const name of this.eventNames()) delete this.#entries[name];
    return this;
  }

  /** Calls the listeners in order; an exception of one is the caller's, as in Node. Answers whether there was any. */
  emit<Name extends keyof Events>(event: Name, ...args: Events[Name]): boolean {
    const entries = this.#of(event);
    for (const entry of entries) {
      if (entry.once) this.#remove(event, entry);
      entry.listener.apply(this, args);
    }
    return entries.length > 0;
  }

  listenerCount(event: keyof Events): number {
    return this.#of(event).length;
  }

  listeners<Name extends keyof Events>(event: Name): Listener<Events[Name]>[] {
    return this.#of(event).map((entry) => entry.listener);
  }

  rawListeners<Name extends keyof Events>(event: Name): Listener<Events[Name]>[] {
    return this.listeners(event);
  }

  eventNames(): (keyof Events)[] {
    return (Object.keys(this.#entries) as (keyof Events)[]).filter((name) => this.#of(name).length > 0);
  }

  /** Kept for code that calls it: this emitter does not warn. */
  setMaxListeners(count: number): this {
    this.#maxListeners = count;
    return this;
  }

  getMaxListeners(): number {
    return this.#maxListeners;
  }

  /** For classes that do more work when somebody listens. */
  protected listenerAdded(_event: keyof Events): void {}

  #of<Name extends keyof Events>(event: Name): readonly Entry<Events[Name]>[] {
    return this.#entries[event] ?? [];
  }

  #set<Name extends keyof Events>(event: Name, entries: readonly Entry<Events[Name]>[]): void {
    this.#entries[event] = entries;
  }

  #add<Name extends keyof Events>(event: Name, entry: Entry<Events[Name]>, first: boolean): this {
    if (typeof entry.listener !== 'function') {
      throw new TypeError(
        `the listener for '${String(event)}' is not a function: write on('${String(event)}', () => { ... })`,
      );
    }
    const entries = this.#of(event);
    this.#set(event, first ? [entry, ...entries] : [...entries, entry]);
    this.listenerAdded(event);
    return this;
  }

  #remove<Name extends keyof Events>(event: Name, entry: Entry<Events[Name]> | undefined): void {
    this.#set(
      event,
      this.#of(event).filter((other) => other !== entry),
    );
  }
}
