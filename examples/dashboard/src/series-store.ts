// Turns readings into columns of points that charts draw: one group of series for each topic group or JSON topic, all bounded.
import type { TopicEntry } from './topic-store.ts';

export interface SeriesLimits {
  maxGroups: number;
  maxSeriesInGroup: number;
  /** Points kept of each series. Up to twice as many are held between two trims. */
  maxPoints: number;
  /** Readings that come closer together than this share a point, the latest wins. */
  secondsBetweenPoints: number;
}

/** Series that share a time axis. A column holds null where its series had no news at that time. */
export class SeriesGroup {
  readonly name: string;
  readonly seriesNames: string[] = [];
  /** Seconds, ascending. */
  readonly times: number[] = [];
  readonly columns: Array<Array<number | null>> = [];
  readonly latest: number[] = [];
  /** Grows with every recorded reading. */
  revision = 0;
  /** Series left out because the group is full. */
  readonly leftOut = new Set<string>();

  readonly #limits: SeriesLimits;
  readonly #indexes = new Map<string, number>();

  constructor(name: string, limits: SeriesLimits) {
    this.name = name;
    this.#limits = limits;
  }

  record(series: string, value: number, now: number): void {
    const index = this.#indexes.get(series) ?? this.#add(series);
    if (index === undefined) return;
    this.latest[index] = value;
    this.revision += 1;

    const last = this.times.length - 1;
    const lastTime = this.times[last];
    const column = this.columns[index];
    if (column === undefined) return;
    if (lastTime !== undefined && now - lastTime < this.#limits.secondsBetweenPoints) {
      column[last] = value;
      return;
    }
    this.times.push(now);
    for (const each of this.columns) each.push(null);
    column[last + 1] = value;
    if (this.times.length >= 2 * this.#limits.maxPoints) this.#trim();
  }

  #add(series: string): number | undefined {
    const index = this.seriesNames.length;
    if (index >= this.#limits.maxSeriesInGroup) {
      // Counting them is bounded as well; beyond this nobody reads the figure.
      if (this.leftOut.size < 1000) this.leftOut.add(series);
      return undefined;
    }
    this.#indexes.set(series, index);
    this.seriesNames.push(series);
    this.columns.push(new Array<number | null>(this.times.length).fill(null));
    return index;
  }

  // Rarely and by half, so that a point costs no shifting of the whole column.
  #trim(): void {
    const excess = this.times.length - this.#limits.maxPoints;
    this.times.splice(0, excess);
    for (const column of this.columns) column.splice(0, excess);
  }
}

export class SeriesStore {
  readonly #limits: SeriesLimits;
  readonly #groups = new Map<string, SeriesGroup>();
  /** Values of retained numbers that have not changed yet, by topic and field. */
  readonly #facts = new Map<string, number>();
  #isOverflowing = false;

  constructor(limits: SeriesLimits) {
    this.#limits = limits;
  }

  /** `now` in seconds, never less than before. */
  record(entry: TopicEntry, now: number): void {
    const { reading } = entry;
    if (reading.kind === 'number') {
      this.#recordNumber(entry, entry.group, entry.leaf, reading.value, now);
    } else if (reading.kind === 'fields') {
      for (const { name, value } of reading.fields) this.#recordNumber(entry, entry.name, name, value, now);
    }
  }

  get groups(): Iterable<SeriesGroup> {
    return this.#groups.values();
  }

  get size(): number {
    return this.#groups.size;
  }

  /** A series was left out because its group is one too many. */
  get isOverflowing(): boolean {
    return this.#isOverflowing;
  }

  #recordNumber(entry: TopicEntry, groupName: string, series: string, value: number, now: number): void {
    // A retained number that stays the same (a total, a version) is a fact to read, not a curve.
    if (entry.retained && this.#isUnchangedFact(`${entry.name}\n${series}`, value)) return;
    this.#group(groupName)?.record(series, value, now);
  }

  #isUnchangedFact(key: string, value: number): boolean {
    const known = this.#facts.get(key);
    if (known === undefined) this.#facts.set(key, value);
    else if (!Object.is(known, value)) this.#facts.set(key, Number.NaN);
    return known === undefined || Object.is(known, value);
  }

  #group(name: string): SeriesGroup | undefined {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    if (this.#groups.size >= this.#limits.maxGroups) {
      this.#isOverflowing = true;
      return undefined;
    }
    const group = new SeriesGroup(name, this.#limits);
    this.#groups.set(name, group);
    return group;
  }
}
