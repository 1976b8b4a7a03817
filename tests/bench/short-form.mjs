// The benchmarks that floors.json names, in the short form; fails when one of them does: node short-form.mjs [REPORT]. The report
// counts what passed, failed and could not be decided.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

import { undecided } from './harness.mjs';

const timeoutMilliseconds = 300_000;
const outcomes = new Map([
  [0, 'passed'],
  [undecided, 'skipped'],
]);
const floors = JSON.parse(readFileSync(new URL('floors.json', import.meta.url)));
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const name of Object.keys(floors)) {
  console.log(`--- bench ${name}`);
  const { status } = spawnSync(process.execPath, [`tests/bench/${name}.bench.mjs`], {
    stdio: 'inherit',
    timeout: timeoutMilliseconds,
    env: { ...process.env, BENCH_SHORT: '1' },
  });
  if (status === undecided) console.log('undecided: too much of the time was stolen in every round');
  ++counts[outcomes.get(status) ?? 'failed'];
}
if (process.argv[2] !== undefined) writeFileSync(process.argv[2], JSON.stringify(counts));
process.exitCode = counts.failed > 0 ? 1 : 0;
