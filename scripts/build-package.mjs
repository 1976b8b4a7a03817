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

for (const file of ['client.wasm', 'broker.wasm']) {
  if (existsSync(join(wasmFolder, file))) continue;
  console.error(`build-package: ${join(wasmFolder, file)} does not exist; build it first: ./run build wasm`);
  process.exit(1);
}

rmSync(out, { recursive: true, force: true });
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
  charset: 'utf8',
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
  onResolve({ filter: /^#wasm\/.*\.wasm$/ }, ({ path }) => ({
    path: join(wasmFolder, path.slice('#wasm/'.length)),
    namespace: 'inlined-wasm',
  }));
  onLoad({ filter: /.*/, namespace: 'inlined-wasm' }, ({ path }) => ({
    contents: inlined(readFileSync(path)),
    loader: 'js',
  }));
}

// Bytes as a string, one character each, whose code's low eight bits are the byte with a few of them flipped. What
// is no printable character then stands 256 codes higher, where UTF-8 takes two bytes for it; flipping makes the bytes
// that WebAssembly has most, its small numbers and common instructions, printable. Compressed, that is a quarter smaller
// than Base64, because bytes stay aligned with characters, and 2 % larger than the module itself.
function inlined(bytes) {
  const flipped = 0x68;
  const isPlain = (code) => code >= 0x20 && code < 0x7f && code !== 0x22 && code !== 0x5c;
  const characterOf = (code) => String.fromCharCode(isPlain(code) ? code : 0x100 + code);
  const text = Array.from(bytes, (byte) => characterOf(byte ^ flipped)).join('');
  return `const text = "${text}";
export default () => {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; ++at) bytes[at] = text.charCodeAt(at) ^ ${flipped};
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
