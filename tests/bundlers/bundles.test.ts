// What a page loads that is bundled by what people use, with its defaults: one Wasm module whatever is imported, in ASCII,
// and no more bytes than a budget.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = new URL('../../', import.meta.url).pathname;

// With brotli, in bytes: what was reached, and a little.
const budgets = { client: 70_000, 'client and broker': 120_000 };

const pages = {
  client: "import { connect } from 'wasmqtt';\nconnect(location.hash);\n",
  'client and broker':
    "import { connect } from 'wasmqtt';\nimport { createBroker } from 'wasmqtt/broker';\nconnect(location.hash);\ncreateBroker();\n",
};

let folder: string;
/** The inlined parts of the module, as the package has them. */
let inlined: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasmqtt-bundles-'));
  await mkdir(join(folder, 'node_modules/wasmqtt'), { recursive: true });
  for (const part of ['dist', 'package.json'])
    await symlink(join(root, part), join(folder, 'node_modules/wasmqtt', part));
  const chunks = join(root, 'dist/chunks');
  const texts = await Promise.all((await readdir(chunks)).map((file) => readFile(join(chunks, file), 'utf8')));
  inlined = texts.map((text) => /"([^"]{60000,})"/.exec(text)?.[1]).filter((text) => text !== undefined);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The JavaScript that a bundler makes of a page's code, file by file. */
async function bundled(bundler: string, code: string): Promise<string[]> {
  const own = await mkdtemp(join(folder, `${bundler}-`));
  const entry = join(own, 'page.js');
  const out = join(own, 'out');
  await writeFile(entry, code);
  await promisify(execFile)(process.execPath, [join(root, 'tests/bundlers/bundle.mjs'), bundler, entry, out], {
    cwd: own,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const files = (await readdir(out, { recursive: true })).filter((file) => file.endsWith('.js'));
  return Promise.all(files.map((file) => readFile(join(out, file), 'utf8')));
}

describe.each(['esbuild', 'vite', 'webpack', 'rollup'])('a page bundled by %s', (bundler) => {
  it.each(Object.entries(pages))(
    'loads one module for %s, in ASCII, and no more than its budget',
    async (page, code) => {
      const files = await bundled(bundler, code);
      const all = files.join('');
      // A run of each, which is in what the bundlers make of it.
      const counts = inlined.map((text) => all.split(text.slice(20_000, 20_100)).length - 1);
      expect(counts.every((count) => count <= 1)).toBe(true);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(page === 'client' ? 1 : 2);
      expect(all).toMatch(/^[\n\r\t\x20-\x7e]*$/);
      const size = files.reduce((sum, file) => sum + brotliCompressSync(file).length, 0);
      expect([bundler, page, size < budgets[page as keyof typeof budgets]]).toEqual([bundler, page, true]);
    },
  );
});
