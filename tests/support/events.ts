// Waits for events: an emitter's next event -> a promise of its arguments.

interface Emitter {
  once(event: string, listener: (...args: never[]) => void): unknown;
}

/** The arguments of the next `event`. */
export function nextEvent<Args extends unknown[] = unknown[]>(emitter: object, event: string): Promise<Args> {
  return new Promise((resolve) => {
    (emitter as Emitter).once(event, (...args: never[]) => resolve(args as unknown as Args));
  });
}

/** The next DOM event of this type. */
export function nextDomEvent<Kind = Event>(target: EventTarget, type: string): Promise<Kind> {
  return new Promise((resolve) => {
    target.addEventListener(type, (event) => resolve(event as Kind), { once: true });
  });
}

/** Collects what arrives, and lets a test wait for the first so many. */
export class Collector<Item> {
  readonly items: Item[] = [];
  #waiting: { count: number; resolve: (items: Item[]) => void }[] = [];

  readonly add = (item: Item): void => {
    this.items.push(item);
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.items.length < count) return true;
      resolve(this.items.slice(0, count));
      return false;
    });
  };

  first(count: number): Promise<Item[]> {
    if (this.items.length >= count) return Promise.resolve(this.items.slice(0, count));
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }
}

/** Runs one round of every queue of the event loop: what was going to happen without any input has happened. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 5; ++round) await new Promise((resolve) => setImmediate(resolve));
}
