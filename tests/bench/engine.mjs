// The engine alone, bundled as the package's build bundles it, for benchmarks below the package's own surface.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

import { splitModule } from '../../scripts/split-module.mjs';

const root = new URL('../../', import.meta.url);

/** The engine's modules: Engine, BrokerMachine, ... */
export async function loadEngine() {
  const contents = ['engine', 'client-machine', 'broker-machine', 'types']
    .map((name) => `export * from './js/src/engine/${name}.ts';`)
    .join('\n');
  const outfile = fileURLToPath(new URL('build/bench/engine.mjs', root));
  await build({
    stdin: { contents, resolveDir: fileURLToPath(root) },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minifySyntax: true,
    outfile,
  });
  return import(outfile);
}

/** The client's part of the module, as the package has it. */
export async function clientSource() {
  const built = (file) => fileURLToPath(new URL(`build/wasm/${file}`, root));
  const { default: createModule } = await import(built('broker.mjs'));
  const { client } = splitModule(built('broker.wasm'), built('client.wasm'));
  return { createModule, wasm: () => client };
}

/** A sink that ignores everything that is not in `handlers`. */
export function sink(handlers) {
  const names = [
    ...[
      'reconnectDue',
      'connectFailed',
      'connack',
      'message',
      'published',
      'subscribed',
      'unsubscribed',
      'operationFailed',
    ],
    ...['disconnect', 'auth', 'closing', 'output', 'closeTransport'],
  ];
  return { ...Object.fromEntries(names.map((name) => [name, () => {}])), ...handlers };
}

export const connectPacket = { protocolVersion: 4, clientId: 'bench', clean: true, keepAlive: 0 };
