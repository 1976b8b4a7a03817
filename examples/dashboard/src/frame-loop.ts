// Calls back once per animation frame; in a hidden tab, which gets no frames, about once per second.

const HIDDEN_INTERVAL_MS = 1000;

export class FrameLoop {
  readonly #onFrame: (now: number) => void;
  #frame = 0;
  #timer = 0;

  /** `now` is in milliseconds on performance.now()'s clock. */
  constructor(onFrame: (now: number) => void) {
    this.#onFrame = onFrame;
  }

  start(): void {
    document.addEventListener('visibilitychange', this.#arm);
    this.#arm();
  }

  readonly #arm = (): void => {
    cancelAnimationFrame(this.#frame);
    window.clearTimeout(this.#timer);
    if (document.hidden) this.#timer = window.setTimeout(() => this.#run(performance.now()), HIDDEN_INTERVAL_MS);
    else this.#frame = requestAnimationFrame((now) => this.#run(now));
  };

  #run(now: number): void {
    this.#arm();
    this.#onFrame(now);
  }
}
