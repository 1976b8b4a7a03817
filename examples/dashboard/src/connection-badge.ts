// Turns the connection's state into the coloured badge in the page's head and the words beside it.
import { announcementOf, describe, type ConnectionState } from './connection-state.ts';
import { elementById, setText } from './dom.ts';

export class ConnectionBadge {
  readonly #badge = elementById('connection');
  readonly #title = elementById('connection-title');
  readonly #detail = elementById('connection-detail');
  readonly #announcement = elementById('connection-announcement');
  #state: ConnectionState = { phase: 'connecting' };

  show(state: ConnectionState): void {
    this.#state = state;
    this.#badge.dataset.state = state.phase;
    // The page is dimmed while what it shows may be old.
    document.body.classList.toggle('is-stale', state.phase === 'lost' || state.phase === 'reconnecting');
    setText(this.#announcement, announcementOf(state));
    this.tick();
  }

  /** Brings the countdown up to date; to be called several times per second. */
  tick(): void {
    const { title, detail } = describe(this.#state, performance.now());
    setText(this.#title, title);
    setText(this.#detail, detail);
  }
}
