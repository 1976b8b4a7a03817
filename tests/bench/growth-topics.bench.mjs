// How the time of a routed message, of a retained lookup and the bytes of a subscription grow with the number of filters and
// names: what core_bench measures, as a table.
import { execFileSync } from 'node:child_process';

import { markdown, median, rounded } from './harness.mjs';

const sizes = [1_000, 10_000, 100_000, 1_000_000];
const shapes = ['exact', '+', '#', 'mixed'];
const lookups = ['one name', 'a + inside', 'a # behind one level', '#'];
const groups = [
  ...shapes.map((shape, i) => ({ name: `match_one_of_many_filters/${i}`, title: `filters (${shape}): match a name` })),
  { name: 'route_a_message_to_one_of_many', title: 'broker, exact filters: a message in and out' },
  { name: 'route_a_message_to_one_of_many_shared', title: 'broker, shared subscriptions: a message in and out' },
  ...lookups.map((lookup, i) => ({
    name: `retained_lookup/${i}`,
    title: `retained names: look up ${lookup}`,
    perVisit: true,
  })),
];

const output = execFileSync(
  `${process.env.BENCH_BUILD ?? 'build/bench'}/core_bench`,
  [
    '--benchmark_filter=^(match_one_of_many_filters|route_a_message|retained_lookup)',
    ...['--benchmark_format=json', '--benchmark_min_time=0.2', '--benchmark_repetitions=3'],
  ],
  { maxBuffer: 1 << 26 },
);
const runs = JSON.parse(output).benchmarks.filter((run) => run.run_type === 'iteration');

const lines = groups.map(({ name, title, perVisit }) => {
  const cells = sizes.map((size) => {
    const same = runs.filter((run) => run.run_name === `${name}/${size}`);
    if (same.length === 0) throw new Error(`core_bench has no ${name}/${size}`);
    const nanoseconds = median(same.map((run) => run.cpu_time));
    const visited = same[0].visited;
    return {
      text: perVisit && visited > 1 ? `${rounded(nanoseconds / visited)} x ${rounded(visited)}` : rounded(nanoseconds),
      last: same[0],
    };
  });
  const { bytes_per_subscription: bytes, bytes_per_name: ofName } = cells.at(-1).last;
  return [title, ...cells.map((cell) => cell.text), rounded(bytes ?? ofName)];
});
console.log(markdown(['ns', ...sizes.map((size) => size.toLocaleString('en')), 'bytes each, of 1,000,000'], lines));
console.log('\n`a x b`: a for each of b names that were found.');
