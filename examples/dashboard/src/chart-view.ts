// Turns one series group into a card: its name, a uPlot chart of the last minute, and a legend with the latest values.
import uPlot from 'uplot';
import { make, setText } from './dom.ts';
import { formatQuantity, quantityOf } from './quantity.ts';
import type { SeriesGroup } from './series-store.ts';
import type { Theme } from './theme.ts';
import { valueRange } from './value-range.ts';

export const WINDOW_SECONDS = 60;
const HEIGHT = 148;
/** A resting chart shows news in the next frame; a busy one is redrawn as often as the eye can follow, which halves its cost. */
const MIN_SECONDS_BETWEEN_DRAWINGS = 1 / 25;
/** Reading the same moment in every chart while the pointer rests on one. */
const CURSOR_GROUP = 'dashboard';
/** Fewer points than this are marked, or a single one would not be seen. */
const MARKED_POINTS = 40;

interface LegendEntry {
  button: HTMLElement;
  value: HTMLElement;
}

export class ChartView {
  readonly element: HTMLElement;
  readonly group: SeriesGroup;

  readonly #tag = make('span', 'card-tag');
  readonly #surface = make('div', 'card-chart');
  readonly #legend = make('ul', 'legend');
  readonly #note = make('p', 'card-note');
  readonly #legendEntries: LegendEntry[] = [];
  /** Of each series: its own, or the one that the group's name tells (`cpu_percent/core0`). */
  readonly #units: string[] = [];
  /** '' when the series have different ones. */
  #commonUnit = '';
  readonly #hidden = new Set<number>();
  #plot: uPlot | undefined;
  #theme: Theme;
  #drawnRevision = -1;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(group: SeriesGroup, theme: Theme) {
    this.group = group;
    this.#theme = theme;
    const title = make('h3', 'card-title');
    title.textContent = group.name;
    title.title = group.name;
    const head = make('header', 'card-head', title, this.#tag);
    this.element = make('article', 'card', head, this.#surface, this.#legend, this.#note);
    this.#note.hidden = true;
  }

  /** Whether drawing again at `now` (seconds) would show anything new. */
  isDue(now: number): boolean {
    if (this.#drawnRevision !== this.group.revision) return now - this.#drawnAt >= MIN_SECONDS_BETWEEN_DRAWINGS;
    const width = this.#plot?.bbox.width ?? 0;
    return width > 0 && (now - this.#drawnAt) * width >= WINDOW_SECONDS;
  }

  draw(now: number): void {
    const plot = this.#plotWithAllSeries();
    if (plot === undefined) return;
    this.#drawnRevision = this.group.revision;
    this.#drawnAt = now;
    plot.batch(() => {
      // uPlot reads the columns where they are; nothing is copied.
      plot.setData([this.group.times, ...this.group.columns], false);
      plot.setScale('x', { min: now - WINDOW_SECONDS, max: now });
    });
    this.#showValues(plot);
  }

  set offline(isOffline: boolean) {
    this.element.classList.toggle('is-offline', isOffline);
    setText(this.#tag, isOffline ? 'offline' : '');
  }

  set theme(theme: Theme) {
    this.#theme = theme;
    this.#rebuild();
  }

  /** To be called when the card's width may have changed. */
  fit(): void {
    const width = this.#surface.clientWidth;
    if (width > 0 && this.#plot !== undefined && this.#plot.width !== width)
      this.#plot.setSize({ width, height: HEIGHT });
  }

  #plotWithAllSeries(): uPlot | undefined {
    if (this.#legendEntries.length !== this.group.seriesNames.length) {
      this.#extendLegend();
      this.#plot?.destroy();
      this.#plot = undefined;
    }
    this.#showLeftOut();
    if (this.#plot === undefined && this.#surface.clientWidth > 0) this.#plot = this.#makePlot();
    return this.#plot;
  }

  #rebuild(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#drawnAt = Number.NEGATIVE_INFINITY;
    this.#drawnRevision = -1;
  }

  #makePlot(): uPlot {
    const options: uPlot.Options = {
      width: this.#surface.clientWidth,
      height: HEIGHT,
      padding: [8, 16, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false }, sync: { key: CURSOR_GROUP } },
      scales: { x: { time: false }, y: { range: (_, min, max) => valueRange(min, max, this.#commonUnit) } },
      axes: [this.#timeAxis(), this.#valueAxis()],
      series: [{}, ...this.group.seriesNames.map((_, index) => this.#seriesOptions(index))],
      hooks: { setCursor: [(plot) => this.#showValues(plot)] },
    };
    return new uPlot(options, [this.group.times, ...this.group.columns], this.#surface);
  }

  #seriesOptions(index: number): uPlot.Series {
    const colour = this.#theme.series[index] ?? '';
    return {
      stroke: colour,
      width: 1.75,
      show: !this.#hidden.has(index),
      // A column has a gap wherever another series of the group had news.
      spanGaps: true,
      points: {
        size: 5,
        fill: colour,
        show: (plot, _, from, to) => to - from < MARKED_POINTS && plot.data[0].length > 0,
      },
      // Under a single curve there is room for a tint of its colour.
      ...(this.group.seriesNames.length === 1 ? { fill: `color-mix(in srgb, ${colour} 12%, transparent)` } : {}),
    };
  }

  // Its marks stay where they are while the curves move: what a reader wants to know is how long ago.
  #timeAxis(): uPlot.Axis {
    return {
      size: 24,
      font: '11px system-ui, sans-serif',
      stroke: this.#theme.axis,
      grid: { stroke: this.#theme.grid, width: 1 },
      ticks: { show: false },
      splits: (_, __, min, max) => [min + 0.001, (min + max) / 2, max - 0.001],
      values: () => [`\u2212${WINDOW_SECONDS} s`, `\u2212${WINDOW_SECONDS / 2} s`, 'now'],
    };
  }

  #valueAxis(): uPlot.Axis {
    return {
      size: 56,
      font: '11px system-ui, sans-serif',
      stroke: this.#theme.axis,
      grid: { stroke: this.#theme.grid, width: 1 },
      ticks: { show: false },
      space: 28,
      values: (_, splits) => splits.map((value) => formatQuantity(value, this.#commonUnit)),
    };
  }

  #extendLegend(): void {
    for (let index = this.#legendEntries.length; index < this.group.seriesNames.length; index++) {
      const name = this.group.seriesNames[index] ?? '';
      const { label, unit } = quantityOf(name);
      this.#units.push(unit === '' ? quantityOf(lastLevel(this.group.name)).unit : unit);
      const swatch = make('i', `swatch swatch-${index}`);
      const labelElement = make('span', 'legend-label');
      labelElement.textContent = label;
      const value = make('span', 'legend-value');
      const button = make('button', 'legend-button', swatch, labelElement, value);
      button.title = `${name}: show or hide`;
      button.setAttribute('type', 'button');
      button.setAttribute('aria-pressed', 'true');
      button.addEventListener('click', () => this.#toggle(index));
      this.#legend.append(make('li', '', button));
      this.#legendEntries.push({ button, value });
    }
    this.#commonUnit = new Set(this.#units).size === 1 ? (this.#units[0] ?? '') : '';
  }

  #toggle(index: number): void {
    const isShown = this.#hidden.delete(index);
    if (!isShown) this.#hidden.add(index);
    this.#legendEntries[index]?.button.setAttribute('aria-pressed', String(isShown));
    this.#plot?.setSeries(index + 1, { show: isShown });
  }

  // The values under the pointer while it rests on a chart, else the latest.
  #showValues(plot: uPlot): void {
    const left = plot.cursor.left ?? -1;
    const row = left >= 0 ? plot.posToIdx(left) : undefined;
    this.#legendEntries.forEach(({ value }, index) => {
      const shown = row === undefined ? this.group.latest[index] : valueAtOrBefore(this.group.columns[index], row);
      setText(value, shown === undefined ? '' : formatQuantity(shown, this.#units[index]));
    });
  }

  #showLeftOut(): void {
    const count = this.group.leftOut.size;
    this.#note.hidden = count === 0;
    if (count > 0) setText(this.#note, `${count} more ${count === 1 ? 'series is' : 'series are'} listed, not drawn.`);
  }
}

function valueAtOrBefore(column: ReadonlyArray<number | null> | undefined, row: number): number | undefined {
  for (let index = row; index >= 0; index--) {
    const value = column?.[index];
    if (value !== null && value !== undefined) return value;
  }
  return undefined;
}

function lastLevel(topic: string): string {
  return topic.slice(topic.lastIndexOf('/') + 1);
}
