// Turns counters that only grow into how much they grew over the last second, however often they are sampled.

/**
 * A window instead of the difference to the previous sample: the kernel counts CPU time in steps of 10 ms, which makes
 * a tenth of a second too coarse to tell 20 % from 30 %.
 * @template {Record<string, number>} Counters
 */
export class CounterWindow {
  /** @type {Array<{ at: number, counters: Map<string, Counters> }>} */
  #samples = [];
  #length;

  /** @param {number} length  In the unit of `at` below. */
  constructor(length) {
    this.#length = length;
  }

  /**
   * What each counter grew by since the window began, and how long that is; nothing for what is new or began anew.
   * @param {number} at
   * @param {Map<string, Counters>} counters
   * @returns {Array<{ name: string, growth: Counters, elapsed: number }>}
   */
  add(at, counters) {
    this.#samples.push({ at, counters });
    // The first sample stays the youngest one that spans the whole window.
    while (this.#samples.length > 2 && at - /** @type {{ at: number }} */ (this.#samples[1]).at >= this.#length)
      this.#samples.shift();
    const first = this.#samples[0];
    if (first === undefined || at <= first.at) return [];

    const grown = [];
    for (const [name, now] of counters) {
      const before = first.counters.get(name);
      if (before === undefined) continue;
      const growth = /** @type {Counters} */ (
        Object.fromEntries(
          Object.entries(now).map(([key, value]) => [key, value - /** @type {number} */ (before[key])]),
        )
      );
      if (Object.values(growth).every((value) => value >= 0)) grown.push({ name, growth, elapsed: at - first.at });
    }
    return grown;
  }
}
