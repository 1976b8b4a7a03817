// Deadlines -> calls when they have come: one timer, and a way to let the host's other tasks have their turn.

/** Timers count in a signed 32-bit number: a longer delay would fire at once. */
const longestDelay = 2 ** 31 - 1;

export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const hostClock: Clock = {
  now: () => performance.now(),
  setTimeout: (callback, delay) => globalThis.setTimeout(callback, delay),
  clearTimeout: (timer) => globalThis.clearTimeout(timer as ReturnType<typeof setTimeout>),
};

// A browser's timer is a number.
interface NodeTimer {
  ref?(): unknown;
  unref?(): unknown;
}

/** Calls `due` at or after the deadline that arm() named last; sometimes before, which costs a call and no more. */
export class Scheduler {
  readonly #clock: Clock;
  readonly #due: () => void;
  #timer: unknown;
  #armedFor = Infinity;
  #holdsProcess = false;

  constructor(clock: Clock, due: () => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** `deadline` is in the clock's milliseconds; Infinity waits for nothing. */
  arm(deadline: number): void {
    // A keep alive moves its deadline with every packet: the timer that is set is left to fire early, once in a while.
    if (deadline >= this.#armedFor && deadline !== Infinity) return;
    if (deadline === this.#armedFor) return;
    if (this.#armedFor !== Infinity) this.#clock.clearTimeout(this.#timer);
    this.#armedFor = deadline;
    if (deadline === Infinity) return;
    const delay = Math.min(Math.max(Math.ceil(deadline - this.#clock.now()), 0), longestDelay);
    this.#timer = this.#clock.setTimeout(() => {
      this.#armedFor = Infinity;
      this.#due();
    }, delay);
    this.#applyHold();
  }

  /** In Node: whether a process that has nothing else to do waits for the deadline, or ends. It ends unless told otherwise. */
  holdProcess(wanted: boolean): void {
    this.#holdsProcess = wanted;
    this.#applyHold();
  }

  #applyHold(): void {
    if (this.#armedFor === Infinity) return;
    const timer = this.#timer as NodeTimer | undefined;
    if (this.#holdsProcess) timer?.ref?.();
    else timer?.unref?.();
  }
}

/** Calls `task` as a task of its own, behind those that wait already: setTimeout() would be clamped to 4 ms in a page. */
export const postTask: (task: () => void) => void =
  typeof setImmediate === 'function'
    ? setImmediate
    : typeof MessageChannel === 'function'
      ? viaMessageChannel()
      : setTimeout;

function viaMessageChannel(): (task: () => void) => void {
  let channel: MessageChannel | undefined;
  const tasks: (() => void)[] = [];
  return (task) => {
    if (channel === undefined) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => tasks.shift()?.();
    }
    tasks.push(task);
    channel.port2.postMessage(undefined);
  };
}
