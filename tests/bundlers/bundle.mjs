// Bundles an entry as an application would, with the bundler's defaults: node bundle.mjs BUNDLER ENTRY FOLDER
const [bundler = '', entry = '', folder = ''] = process.argv.slice(2);

/** @type {Record<string, () => Promise<void>>} */
const bundlers = {
  async esbuild() {
    const { build } = await import('esbuild');
    await build({ entryPoints: [entry], bundle: true, minify: true, outdir: folder, format: 'esm', logLevel: 'error' });
  },
  async vite() {
    const { build } = await import('vite');
    await build({
      configFile: false,
      logLevel: 'error',
      build: { outDir: folder, emptyOutDir: false, rollupOptions: { input: entry } },
    });
  },
  async webpack() {
    const { default: webpack } = await import('webpack');
    const compiler = webpack({ mode: 'production', entry, output: { path: folder }, performance: false });
    const stats = await new Promise((resolve, reject) => {
      compiler.run((error, result) => (error ? reject(error) : resolve(result)));
    });
    if (stats.hasErrors()) throw new Error(stats.toString());
  },
  // Rollup itself neither finds packages nor makes code shorter.
  async rollup() {
    const { rollup } = await import('rollup');
    const { nodeResolve } = await import('@rollup/plugin-node-resolve');
    const bundle = await rollup({ input: entry, plugins: [nodeResolve({ browser: true })] });
    await bundle.write({ dir: folder, format: 'es' });
    await bundle.close();
  },
};

const bundle = bundlers[bundler];
if (bundle === undefined) throw new Error(`there is no bundler ${bundler} here: ${Object.keys(bundlers).join(' ')}`);
await bundle();
