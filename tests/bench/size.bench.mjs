// The bytes that a page loads, compressed as servers do: the client, the client with the broker, MQTT.js's own bundle.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { compare, report } from './harness.mjs';

// What a bundler makes of `source` for a browser, in UTF-8 as most of them write.
async function bundled(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: '.' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    charset: 'utf8',
    logLevel: 'error',
    write: false,
  });
  return outputFiles[0].contents;
}

const brotli = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;

const mqttjs = readFileSync(
  createRequire(import.meta.url)
    .resolve('mqtt/package.json')
    .replace('package.json', 'dist/mqtt.esm.js'),
);
const client = await bundled(`import { connect } from './dist/index.js'; globalThis.connect = connect;`);
const both = await bundled(
  `import { connect, createBroker } from './dist/broker.js'; Object.assign(globalThis, { connect, createBroker });`,
);
const rows = [];
for (const [title, bytes] of [
  ['a page with the client', client],
  ['a page with the client and the broker', both],
]) {
  for (const [name, compress] of [
    ['brotli', brotli],
    ['gzip', gzip],
  ]) {
    rows.push(
      await compare(`${title}, ${name}`, {
        unit: 'bytes',
        higherIsBetter: false,
        repeats: 1,
        ours: { name: 'wasmqtt', measure: () => compress(bytes) },
        theirs: { name: 'MQTT.js (client alone)', measure: () => compress(mqttjs) },
      }),
    );
  }
}
report(rows);
