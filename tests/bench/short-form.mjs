// The benchmarks that floors.json names, in the short form; fails when one of them does: node short-form.mjs [REPORT]. The report
// counts what passed and failed.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const timeoutMilliseconds = 120_000;
const floors = JSON.parse(readFileSync(new URL('floors.json', import.meta.url)));
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const name of Object.keys(floors)) {
  console.log(`--- bench ${name}`);
  const { status } = spawnSync(process.execPath, [`tests/bench/${name}.bench.mjs`], {
    stdio: 'inherit',
    timeout: timeoutMilliseconds,
    env: { ...process.env, BENCH_SHORT: '1' },
  });
  ++counts[status === 0 ? 'passed' : 'failed'];
}
if (process.argv[2] !== undefined) writeFileSync(process.argv[2], JSON.stringify(counts));
process.exitCode = counts.failed > 0 ? 1 : 0;
