// Turns the series groups into a grid of cards in the order of their names, and draws as many per frame as a frame has room for.
import { ChartView } from './chart-view.ts';
import type { SeriesGroup } from './series-store.ts';
import { readTheme } from './theme.ts';
import { compareNames } from './topic-store.ts';

/** What charts may take of a frame's 16 ms; the cards that are left have their turn in the next frame. */
const BUDGET_MS = 8;

export class ChartGrid {
  readonly #container: HTMLElement;
  readonly #views = new Map<string, ChartView>();
  readonly #visible = new Set<ChartView>();
  readonly #viewOf = new WeakMap<Element, ChartView>();
  #turn: ChartView[] = [];
  #theme = readTheme();

  readonly #visibility = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const view = this.#viewOf.get(target);
        if (view === undefined) continue;
        if (isIntersecting) this.#visible.add(view);
        else this.#visible.delete(view);
      }
    },
    { rootMargin: '100px' },
  );

  readonly #sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) this.#viewOf.get(target)?.fit();
  });

  constructor(container: HTMLElement) {
    this.#container = container;
  }

  get size(): number {
    return this.#views.size;
  }

  /** Adds the cards of groups that have none yet. */
  addMissing(groups: Iterable<SeriesGroup>): void {
    for (const group of groups) if (!this.#views.has(group.name)) this.#add(group);
  }

  /** `now` in seconds. */
  draw(now: number): void {
    const end = performance.now() + BUDGET_MS;
    if (this.#turn.length === 0) this.#turn = Array.from(this.#visible);
    while (this.#turn.length > 0 && performance.now() < end) {
      const view = this.#turn.pop();
      if (view?.isDue(now)) view.draw(now);
    }
  }

  markOffline(isOffline: (group: string) => boolean): void {
    for (const view of this.#views.values()) view.offline = isOffline(view.group.name);
  }

  refreshTheme(): void {
    this.#theme = readTheme();
    for (const view of this.#views.values()) view.theme = this.#theme;
  }

  #add(group: SeriesGroup): void {
    const view = new ChartView(group, this.#theme);
    let next: ChartView | undefined;
    for (const other of this.#views.values()) {
      if (compareNames(other.group.name, group.name) <= 0) continue;
      if (next === undefined || compareNames(other.group.name, next.group.name) < 0) next = other;
    }
    this.#container.insertBefore(view.element, next?.element ?? null);
    this.#views.set(group.name, view);
    this.#viewOf.set(view.element, view);
    this.#visibility.observe(view.element);
    this.#sizes.observe(view.element);
  }
}
