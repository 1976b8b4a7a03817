// Turns the client's events into the state that the page shows: connecting, connected, lost and why, reconnecting.

export type ConnectionState =
  | { phase: 'connecting' }
  /** `problem`: why nothing will arrive all the same; undefined when all is well. */
  | { phase: 'connected'; problem: string | undefined }
  /** `retryAt` in milliseconds of the clock that the caller hands in; undefined when nobody will try again. */
  | { phase: 'lost'; reason: string; retryAt: number | undefined }
  | { phase: 'reconnecting'; attempts: number };

export type ConnectionEvent =
  | { kind: 'connect' }
  /** What went wrong, told before the close that it leads to. */
  | { kind: 'error'; reason: string }
  /** `reason`: the server's own words when it closed; '' when there were none. */
  | { kind: 'close'; reason: string; retryAt: number | undefined }
  | { kind: 'reconnect' }
  | { kind: 'refused'; reason: string };

export class ConnectionTracker {
  #state: ConnectionState = { phase: 'connecting' };
  #reason: string | undefined;
  #attempts = 0;

  get state(): ConnectionState {
    return this.#state;
  }

  apply(event: ConnectionEvent): ConnectionState {
    switch (event.kind) {
      case 'connect':
        this.#reason = undefined;
        this.#attempts = 0;
        this.#state = { phase: 'connected', problem: undefined };
        break;
      case 'refused':
        if (this.#state.phase === 'connected') this.#state = { phase: 'connected', problem: event.reason };
        break;
      case 'error':
        this.#reason = event.reason;
        break;
      case 'close': {
        const guess = this.#state.phase === 'connected' ? 'the connection broke' : 'the server is not reachable';
        const reason = this.#reason ?? (event.reason || guess);
        this.#state = { phase: 'lost', reason, retryAt: event.retryAt };
        this.#reason = undefined;
        break;
      }
      case 'reconnect': {
        this.#attempts += 1;
        this.#state = { phase: 'reconnecting', attempts: this.#attempts };
        break;
      }
    }
    return this.#state;
  }
}

/** What the badge says; `now` on the clock of `retryAt`. */
export function describe(state: ConnectionState, now: number): { title: string; detail: string } {
  switch (state.phase) {
    case 'connecting':
      return { title: 'Connecting', detail: '' };
    case 'connected':
      return { title: 'Connected', detail: state.problem ?? '' };
    case 'reconnecting':
      return { title: 'Reconnecting', detail: `attempt ${state.attempts}` };
    case 'lost':
      return {
        title: 'Connection lost',
        detail: [sentence(state.reason), nextAttempt(state.retryAt, now)].join(' ').trim(),
      };
  }
}

function nextAttempt(retryAt: number | undefined, now: number): string {
  if (retryAt === undefined) return '';
  const seconds = Math.ceil((retryAt - now) / 1000);
  return seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again.';
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1).replace(/\.?$/, '.');
}

/** What a screen reader is told: once when the connection is lost, not with every attempt. */
export function announcementOf(state: ConnectionState): string {
  switch (state.phase) {
    case 'connecting':
      return 'Connecting';
    case 'connected':
      return 'Connected';
    case 'lost':
    case 'reconnecting':
      return 'Connection lost, reconnecting';
  }
}
