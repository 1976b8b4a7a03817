// Turns js/src and the Wasm modules into the npm package's dist/: ES modules, minified, the Wasm inside them, and
// their types.
//   node scripts/build-package.mjs [--wasm build/wasm] [--out dist]
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';

import { build } from 'esbuild';

import { splitModule } from './split-module.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    wasm: { type: 'string', default: 'build/wasm' },
    out: { type: 'string', default: 'dist' },
  },
});
const wasmFolder = resolve(root, values.wasm);
const out = resolve(root, values.out);
const entries = ['index', 'node', 'broker', 'broker-node', 'indexed-db-store', 'file-store'];
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

for (const file of ['broker.mjs', 'broker.wasm', 'client.wasm']) {
  if (existsSync(join(wasmFolder, file))) continue;
  console.error(`build-package: ${join(wasmFolder, file)} does not exist; build it first: ./run build wasm`);
  process.exit(1);
}

rmSync(out, { recursive: true, force: true });
const modules = splitModule(join(wasmFolder, 'broker.wasm'), join(wasmFolder, 'client.wasm'));
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: entries.map((entry) => `js/src/entries/${entry}.ts`),
  outdir: out,
  // What the entries share is in files of its own, so that a page that uses two of them loads it once, and a class is
  // one class.
  splitting: true,
  chunkNames: 'chunks/[hash]',
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  external: ['node:*', 'ws'],
  define: { __WASMQTT_VERSION__: JSON.stringify(version) },
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  plugins: [{ name: 'wasm-modules', setup: inlineWasmModules }],
});
declareTypes();
declareEntries();
nameLicenses(['idb']);
reportSizes();

function inlineWasmModules({ onResolve, onLoad }) {
  onResolve({ filter: /^#wasm\/glue$/ }, () => ({ path: join(wasmFolder, 'broker.mjs') }));
  onResolve({ filter: /^#wasm\/(client|broker)$/ }, ({ path }) => ({ path, namespace: 'inlined-wasm' }));
  onLoad({ filter: /.*/, namespace: 'inlined-wasm' }, ({ path }) => ({
    contents: inlined(path.endsWith('client') ? modules.client : modules.patch),
    loader: 'js',
  }));
}

// Bytes as a string of printable ASCII, which no bundler changes: a byte is a digit of base 91, with a blank or "!" in
// front of it if it is from 91 or from 182 on. The digits leave out what a string escapes. A few bits are flipped, so
// that fewer bytes need two characters. Compressed, that is 2 % larger than the module itself, and a quarter smaller
// than Base64, because bytes stay aligned with characters.
function inlined(bytes) {
  const flipped = 5;
  const characterOf = (digit) => String.fromCharCode(35 + digit + (digit >= 57 ? 1 : 0));
  const charactersOf = (code) => ['', ' ', '!'][Math.floor(code / 91)] + characterOf(code % 91);
  const text = Array.from(bytes, (byte) => charactersOf(byte ^ flipped)).join('');
  return `const text = "${text}";
export default () => {
  const bytes = new Uint8Array(${bytes.length});
  let above = 0;
  let end = 0;
  for (let at = 0; at < text.length; ++at) {
    const code = text.charCodeAt(at);
    if (code < 34) above = 91 * (code - 31);
    else {
      bytes[end++] = (above + code - 35 - (code > 92)) ^ ${flipped};
      above = 0;
    }
  }
  return bytes;
};`;
}

function declareTypes() {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { status } = spawnSync(tsc, ['--project', join(root, 'tsconfig.build.json'), '--outDir', out], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  for (const file of readdirSync(out, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue;
    const path = join(out, file);
    // As a user's TypeScript of any age wants them.
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(from |import\()(['"])(\.[^'"]*)\.ts\2/g, '$1$2$3.js$2'));
  }
}

// The types of an entry lie beside it.
function declareEntries() {
  for (const entry of entries) {
    const hasDefault = readFileSync(join(root, `js/src/entries/${entry}.ts`), 'utf8').includes('export default');
    const names = hasDefault ? ['*', '{ default }'] : ['*'];
    const lines = names.map((name) => `export ${name} from './entries/${entry}.js';\n`);
    writeFileSync(join(out, `${entry}.d.ts`), lines.join(''));
  }
}

// Of the packages whose code is in ours.
function nameLicenses(packages) {
  const texts = packages.map((name) => {
    const text = readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8');
    return `${name}\n\n${text.trim()}\n`;
  });
  writeFileSync(join(out, 'THIRD-PARTY-LICENSES.txt'), texts.join('\n'));
}

// What a page loads for each entry: it and all files it imports.
function reportSizes() {
  for (const entry of entries) {
    const files = [...filesOf(`${values.out}/${entry}.js`)];
    const plain = sum(files.map((file) => readFileSync(join(root, file)).length));
    const brotli = sum(files.map((file) => brotliCompressSync(readFileSync(join(root, file))).length));
    console.log(`${entry}.js: ${files.length} files, ${plain} bytes, ${brotli} with brotli`);
  }
}

function filesOf(file, found = new Set()) {
  const output = metafile.outputs[file];
  if (output === undefined || found.has(file)) return found;
  found.add(file);
  for (const { path } of output.imports) filesOf(path, found);
  return found;
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
