// Turns the reports of all test runners into a line for each and, as the last one, their sum: `N passed, N failed`.
//
// Reads runs.tsv (suite, exit code, report file) in the folder given. A step without a report, a runner that failed without
// a failed test to show for it, and one that ran nothing count as one failure each.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const readers = {
  '.ctest.xml': (text) => {
    const count = (name) => Number(new RegExp(`<testsuite\\b[^>]*\\b${name}="(\\d+)"`).exec(text)?.[1] ?? 0);
    const skipped = count('skipped') + count('disabled');
    return { passed: count('tests') - count('failures') - skipped, failed: count('failures'), skipped };
  },
  '.jest.json': (text) => {
    const report = JSON.parse(text);
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  },
  '.playwright.json': (text) => {
    const { stats, errors } = JSON.parse(text);
    return {
      passed: stats.expected,
      failed: stats.unexpected + stats.flaky + errors.length,
      skipped: stats.skipped,
    };
  },
  '.lint.json': (text) => JSON.parse(text),
  '.python.json': (text) => JSON.parse(text),
  '.short.json': (text) => JSON.parse(text),
};

function readReport(path) {
  const ending = Object.keys(readers).find((candidate) => path.endsWith(candidate));
  return readers[ending](readFileSync(path, 'utf8'));
}

function judge(folder, line) {
  const [suite, exitCode, report] = line.split('\t');
  if (report === '') return { suite, passed: 0, failed: 1, note: 'did not succeed' };
  const path = join(folder, report);
  if (!existsSync(path)) return { suite, passed: 0, failed: 1, note: `left no report (exit code ${exitCode})` };
  const { passed, failed, skipped } = readReport(path);
  const note = skipped > 0 ? `${skipped} skipped` : '';
  if (failed === 0 && exitCode !== '0') return { suite, passed, failed: 1, note: `exit code ${exitCode}` };
  if (failed === 0 && passed === 0) return { suite, passed, failed: 1, note: 'ran no test' };
  return { suite, passed, failed, note };
}

const folder = process.argv[2];
const runs = readFileSync(join(folder, 'runs.tsv'), 'utf8').split('\n').filter(Boolean);
const results = runs.map((line) => judge(folder, line));
console.log();
for (const { suite, passed, failed, note } of results) {
  console.log(`${suite}: ${passed} passed, ${failed} failed${note ? ` (${note})` : ''}`);
}
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
