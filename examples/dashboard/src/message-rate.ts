// Turns a running count of messages into messages per second over the last second.

export class MessageRate {
  readonly #marks: Array<{ at: number; count: number }> = [];
  #count = 0;

  count(messages = 1): void {
    this.#count += messages;
  }

  /** To be asked several times per second; `now` in seconds. */
  perSecond(now: number): number {
    this.#marks.push({ at: now, count: this.#count });
    // The youngest mark that is at least a second old stays as the beginning of the window.
    while (this.#marks.length > 2 && now - (this.#marks[1]?.at ?? now) >= 1) this.#marks.shift();
    const first = this.#marks[0];
    if (first === undefined || now - first.at <= 0) return 0;
    return Math.round((this.#count - first.count) / (now - first.at));
  }
}
