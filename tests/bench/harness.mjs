// Two ways to do the same, measured side by side in one run -> a table of medians, their ratio and their spread.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

// The short form (BENCH_SHORT=1) measures less, only the rows that have a floor in floors.json, and fails below it.
const isShort = process.env.BENCH_SHORT === '1';
const floors = isShort ? floorsOf(basename(process.argv[1], '.bench.mjs')) : undefined;

function floorsOf(bench) {
  const all = JSON.parse(readFileSync(new URL('floors.json', import.meta.url)));
  return new Map(Object.entries(all[bench]));
}

/** So many messages, seconds or the like: a quarter in the short form. */
export const amount = (full) => (isShort ? full / 4 : full);

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// How far the values lie apart, as a share of their median.
function spread(values) {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

export const rounded = (value) => (Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

/**
 * Each contestant is `{name, measure}`; measure() answers (a promise of) a figure. They take turns, so that a busy moment of the
 * machine meets both. `higherIsBetter` decides which way the ratio reads: above 1, ours is ahead. The short form answers undefined
 * for a row without a floor.
 */
export async function compare(title, contest) {
  if (!isShort) return measured(title, contest);
  const floor = floors.get(title);
  if (floor === undefined) return undefined;
  floors.delete(title);
  for (let attempt = 1; ; ++attempt) {
    const row = await measured(title, contest);
    if (row.ratio >= floor) return row;
    console.log(`  below the floor of ${floor} times`);
    if (attempt === 1) continue;
    process.exitCode = 1;
    return row;
  }
}

async function measured(title, { ours, theirs, unit, higherIsBetter = true, repeats = 3 }) {
  const figures = { ours: [], theirs: [] };
  for (let i = 0; i < repeats; ++i) {
    figures.ours.push(await ours.measure());
    figures.theirs.push(await theirs.measure());
  }
  return rowOf(title, { unit, peer: theirs.name, higherIsBetter, figures });
}

/**
 * As compare(), for measures that answer several figures at once: `{name: figure}`. One row for each name of `titles`
 * (`{name: title}`), all from the same runs.
 */
export async function compareSeveral(titles, { ours, theirs, unit, higherIsBetter = true, repeats = 3 }) {
  if (isShort) return [];
  const reports = { ours: [], theirs: [] };
  for (let i = 0; i < repeats; ++i) {
    reports.ours.push(await ours.measure());
    reports.theirs.push(await theirs.measure());
  }
  return Object.entries(titles).map(([name, title]) => {
    const figures = { ours: reports.ours.map((report) => report[name]), theirs: reports.theirs.map((report) => report[name]) };
    return rowOf(title, { unit, peer: theirs.name, higherIsBetter, figures });
  });
}

function rowOf(title, { unit, peer, higherIsBetter, figures }) {
  const [ours, theirs] = [median(figures.ours), median(figures.theirs)];
  const ratio = higherIsBetter ? ours / theirs : theirs / ours;
  const row = { title, unit, ours, theirs, peer, ratio, spread: Math.max(spread(figures.ours), spread(figures.theirs)) };
  console.log(
    `${title}: ${rounded(ours)} against ${rounded(theirs)} ${unit} (${peer}): ${ratio.toFixed(2)} times, spread ${(row.spread * 100).toFixed(0)} %`,
  );
  return row;
}

/** Prints the rows that compare() answered as Markdown, for docs/benchmarks.md. */
export function report(rows) {
  for (const title of floors?.keys() ?? []) {
    console.error(`floors.json names a row that was not measured: ${title}`);
    process.exitCode = 1;
  }
  const lines = rows
    .filter((row) => row !== undefined)
    .map((row) => [row.title, row.unit, rounded(row.ours), row.peer, rounded(row.theirs), row.ratio.toFixed(2), `${(row.spread * 100).toFixed(0)} %`]);
  console.log(`\n${markdown(['what', 'unit', 'wasmqtt', 'peer', '', 'times', 'spread'], lines)}`);
}

/** @param {string[]} head @param {(string | number)[][]} lines */
export function markdown(head, lines) {
  const rule = head.map(() => '---');
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
