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

export const rounded = (value) =>
  Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);

// On a virtual machine others may get the processor in the middle of a measure, and whoever waits for a wake-up then waits longest. A
// measure that lost more than this share of its time is made again; of all attempts, the one that lost least counts.
const tolerableTheft = 0.02;
const attempts = isShort ? 2 : 3;

// Ticks of all processors since the start: those that were stolen, and all.
function processorTicks() {
  const ticks = /^cpu +(.*)/.exec(readFileSync('/proc/stat', 'utf8'))[1].split(' ').map(Number);
  return { stolen: ticks[7], all: ticks.slice(0, 8).reduce((total, count) => total + count) };
}

async function undisturbed({ measure }) {
  let best;
  for (let attempt = 0; attempt < attempts && !(best?.theft <= tolerableTheft); ++attempt) {
    const before = processorTicks();
    const figure = await measure();
    const after = processorTicks();
    const theft = (after.stolen - before.stolen) / Math.max(1, after.all - before.all);
    if (best === undefined || theft < best.theft) best = { figure, theft };
  }
  return best;
}

// Both take turns.
async function turns({ ours, theirs, repeats = 3 }) {
  const measures = { ours: [], theirs: [] };
  for (let i = 0; i < repeats; ++i) {
    measures.ours.push(await undisturbed(ours));
    measures.theirs.push(await undisturbed(theirs));
  }
  const figuresOf = (contestant) => measures[contestant].map(({ figure }) => figure);
  const theft = Math.max(...[...measures.ours, ...measures.theirs].map((measure) => measure.theft));
  return { ours: figuresOf('ours'), theirs: figuresOf('theirs'), theft };
}

/**
 * Each contestant is `{name, measure}`; measure() answers (a promise of) a figure. They take turns, so that a busy moment of the
 * machine meets both. `higherIsBetter` decides which way the ratio reads: above 1, ours is ahead. The short form answers undefined
 * for a row without a floor.
 */
export async function compare(title, contest) {
  if (!isShort) return rowOf(title, contest, await turns(contest));
  const floor = floors.get(title);
  if (floor === undefined) return undefined;
  floors.delete(title);
  return heldToFloor(title, contest, floor);
}

// Of a row that is below its floor: measured so many times at most, and believed when no more than this share of the time was stolen.
const mostRounds = 4;
const believableTheft = 0.1;

/** The exit code of a benchmark that is below a floor only where too much of the time was stolen to say so. */
export const undecided = 75;

// Theft takes away from what waits for wake-ups and hardly from what does not, so it moves ratios, too. It never adds: the best figures
// of several rounds come nearest to what the code does, and what is slow by itself is slow in each.
async function heldToFloor(title, contest, floor) {
  const measures = { ours: [], theirs: [], theft: 1 };
  for (let round = 1; ; ++round) {
    const { ours, theirs, theft } = await turns(contest);
    measures.ours.push(...ours);
    measures.theirs.push(...theirs);
    measures.theft = Math.min(measures.theft, theft);
    const row = rowOf(title, contest, measures);
    const ratio = ratioOfBest(contest, measures);
    if (row.ratio >= floor || ratio >= floor) return row;
    console.log(`  below the floor of ${floor} times: ${ratio.toFixed(2)} by the best figures`);
    if (round < mostRounds) continue;
    if (measures.theft <= believableTheft) process.exitCode = 1;
    else process.exitCode ??= undecided;
    return row;
  }
}

function ratioOfBest({ higherIsBetter = true }, { ours, theirs }) {
  return higherIsBetter ? Math.max(...ours) / Math.max(...theirs) : Math.min(...theirs) / Math.min(...ours);
}

/**
 * As compare(), for measures that answer several figures at once: `{name: figure}`. One row for each name of `titles`
 * (`{name: title}`), all from the same runs.
 */
export async function compareSeveral(titles, contest) {
  if (isShort) return [];
  const reports = await turns(contest);
  return Object.entries(titles).map(([name, title]) => {
    const figuresOf = (contestant) => reports[contestant].map((report) => report[name]);
    return rowOf(title, contest, { ours: figuresOf('ours'), theirs: figuresOf('theirs'), theft: reports.theft });
  });
}

function rowOf(title, { unit, theirs: peer, higherIsBetter = true }, figures) {
  const [ours, theirs] = [median(figures.ours), median(figures.theirs)];
  const ratio = higherIsBetter ? ours / theirs : theirs / ours;
  const row = {
    title,
    unit,
    ours,
    theirs,
    peer: peer.name,
    ratio,
    spread: Math.max(spread(figures.ours), spread(figures.theirs)),
    theft: figures.theft,
  };
  console.log(
    `${title}: ${rounded(ours)} against ${rounded(theirs)} ${unit} (${peer.name}): ${ratio.toFixed(2)} times, ` +
      `spread ${percent(row.spread)}, stolen ${percent(row.theft)}`,
  );
  return row;
}

const percent = (share) => `${(share * 100).toFixed(0)} %`;

/** Prints the rows that compare() answered as Markdown, for docs/benchmarks.md. */
export function report(rows) {
  for (const title of floors?.keys() ?? []) {
    console.error(`floors.json names a row that was not measured: ${title}`);
    process.exitCode = 1;
  }
  const lines = rows
    .filter((row) => row !== undefined)
    .map((row) => [
      row.title,
      row.unit,
      rounded(row.ours),
      row.peer,
      rounded(row.theirs),
      row.ratio.toFixed(2),
      percent(row.spread),
      percent(row.theft),
    ]);
  console.log(`\n${markdown(['what', 'unit', 'wasmqtt', 'peer', '', 'times', 'spread', 'stolen'], lines)}`);
}

/** @param {string[]} head @param {(string | number)[][]} lines */
export function markdown(head, lines) {
  const rule = head.map(() => '---');
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
