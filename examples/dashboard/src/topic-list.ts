// Turns rows into a scrolling list that holds elements for the rows in sight only, whatever the number of topics.
import { make, setText } from './dom.ts';
import { topicRows, valueText, type Row } from './topic-rows.ts';
import { statusOf, type TopicEntry } from './topic-store.ts';

/** In CSS pixels; style.css gives the rows the same height. */
const ROW_HEIGHT = 30;
/** Rows kept above and below those in sight, so that scrolling shows no blank. */
const MARGIN_ROWS = 4;

interface RowElement {
  element: HTMLElement;
  name: HTMLElement;
  mark: HTMLElement;
  value: HTMLElement;
}

export class TopicList {
  readonly #viewport: HTMLElement;
  readonly #list = make('ul', 'topic-rows');
  readonly #elements: RowElement[] = [];
  #entries: readonly TopicEntry[] = [];
  #rows: Row[] = [];
  #search = '';

  constructor(viewport: HTMLElement) {
    this.#viewport = viewport;
    viewport.append(this.#list);
    viewport.addEventListener('scroll', () => this.render(), { passive: true });
  }

  set entries(entries: readonly TopicEntry[]) {
    this.#entries = entries;
    this.#layOut();
  }

  set search(search: string) {
    this.#search = search;
    this.#viewport.scrollTop = 0;
    this.#layOut();
  }

  get isEmpty(): boolean {
    return this.#rows.length === 0;
  }

  /** Shows the present values of the rows in sight; costs next to nothing for those that stay the same. */
  render(): void {
    const height = this.#viewport.clientHeight;
    if (height === 0) return;
    const first = Math.max(0, Math.floor(this.#viewport.scrollTop / ROW_HEIGHT) - MARGIN_ROWS);
    const end = Math.min(this.#rows.length, first + Math.ceil(height / ROW_HEIGHT) + 2 * MARGIN_ROWS);
    for (let index = first; index < end; index++) this.#showRow(index - first, index);
    for (const { element } of this.#elements.splice(Math.max(0, end - first))) element.remove();
  }

  #layOut(): void {
    this.#rows = topicRows(this.#entries, this.#search);
    this.#list.style.height = `${this.#rows.length * ROW_HEIGHT}px`;
    this.render();
  }

  #showRow(slot: number, index: number): void {
    const row = this.#rows[index];
    if (row === undefined) return;
    const shown = (this.#elements[slot] ??= this.#makeElement());
    const offset = `translateY(${index * ROW_HEIGHT}px)`;
    if (shown.element.style.transform !== offset) {
      shown.element.style.transform = offset;
      shown.element.setAttribute('aria-posinset', String(index + 1));
    }
    shown.element.setAttribute('aria-setsize', String(this.#rows.length));
    if (row.kind === 'group') showGroup(shown, row.name);
    else showTopic(shown, row.entry);
  }

  #makeElement(): RowElement {
    const name = make('span', 'row-name');
    const mark = make('span', 'row-mark');
    const value = make('span', 'row-value');
    const element = make('li', 'row', name, mark, value);
    this.#list.append(element);
    return { element, name, mark, value };
  }
}

function showGroup({ element, name, mark, value }: RowElement, group: string): void {
  setKind(element, 'row row-group', '', group);
  setText(name, group);
  setText(mark, '');
  setText(value, '');
}

function showTopic({ element, name, mark, value }: RowElement, entry: TopicEntry): void {
  setKind(element, 'row row-topic', statusOf(entry.reading) ?? '', entry.name);
  setText(name, entry.leaf === '' ? '(empty level)' : entry.leaf);
  setText(mark, entry.retained ? 'retained' : '');
  setText(value, valueText(entry));
}

function setKind(element: HTMLElement, className: string, status: string, topic: string): void {
  if (element.className !== className) element.className = className;
  if (element.dataset.status !== status) element.dataset.status = status;
  if (element.dataset.topic !== topic) {
    element.dataset.topic = topic;
    element.title = topic;
  }
}
