// Turns the example's sources and the package in dist/ into the page in build/dashboard/, as any app's bundler would.
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** @param {string} file */
const source = (file) => fileURLToPath(new URL(file, import.meta.url));
const output = fileURLToPath(new URL('../../build/dashboard/', import.meta.url));

await rm(output, { recursive: true, force: true });
await mkdir(output, { recursive: true });
await build({
  entryPoints: { dashboard: source('src/main.ts') },
  outdir: output,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  sourcemap: true,
  logLevel: 'warning',
});
await build({
  entryPoints: { dashboard: source('style.css') },
  outdir: output,
  bundle: true,
  minify: true,
  logLevel: 'warning',
});
for (const file of ['index.html', 'icon.svg']) await copyFile(source(file), output + file);
