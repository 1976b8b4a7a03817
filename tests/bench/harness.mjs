// Two ways to do the same, measured side by side in one run -> a table of medians, their ratio and their spread.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// How far the values lie apart, as a share of their median.
function spread(values) {
  return (Math.max(...values) - Math.min(...values)) / median(values);
}

const rounded = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

// Each contestant is `{name, measure}`; measure() answers (a promise of) a figure. They take turns, so that a busy moment of the
// machine meets both. `higherIsBetter` decides which way the ratio reads: above 1, ours is ahead.
export async function compare(title, { ours, theirs, unit, higherIsBetter = true, repeats = 3 }) {
  const figures = { ours: [], theirs: [] };
  for (let i = 0; i < repeats; ++i) {
    figures.ours.push(await ours.measure());
    figures.theirs.push(await theirs.measure());
  }
  const [our, their] = [median(figures.ours), median(figures.theirs)];
  const row = {
    title,
    unit,
    ours: our,
    theirs: their,
    peer: theirs.name,
    ratio: higherIsBetter ? our / their : their / our,
    spread: Math.max(spread(figures.ours), spread(figures.theirs)),
  };
  console.log(
    `${title}: ${rounded(our)} against ${rounded(their)} ${unit} (${theirs.name}): ${row.ratio.toFixed(2)} times, spread ${(row.spread * 100).toFixed(0)} %`,
  );
  return row;
}

// The rows as Markdown, for docs/benchmarks.md.
export function table(rows) {
  const lines = ['| what | unit | wasmqtt | peer | | times | spread |', '|---|---|---:|---|---:|---:|---:|'];
  for (const row of rows) {
    lines.push(
      `| ${row.title} | ${row.unit} | ${rounded(row.ours)} | ${row.peer} | ${rounded(row.theirs)} | ${row.ratio.toFixed(2)} | ${(row.spread * 100).toFixed(0)} % |`,
    );
  }
  return lines.join('\n');
}
