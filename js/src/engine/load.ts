// A module's bytes and its Emscripten glue -> a running instance; each source is compiled once, however many instances it gets.
import type { ModuleArguments, ModuleFactory, RawModule } from './module.ts';

export type WasmBinary = ArrayBuffer | ArrayBufferView<ArrayBuffer> | Response | WebAssembly.Module;

/**
 * Where a Wasm module comes from. `createModule` is the default export of build/wasm/{client,broker}.mjs; `wasm` answers the bytes of the .wasm beside
 * it (inlined in the package by default), a Response to compile while it streams, or a compiled module. Declare a source once, at module level:
 * instances share what was compiled from the same object.
 */
export interface ModuleSource {
  readonly createModule: ModuleFactory;
  readonly wasm: () => WasmBinary | Promise<WasmBinary>;
}

const compiledModules = new WeakMap<ModuleSource, Promise<WebAssembly.Module>>();

export async function instantiate(source: ModuleSource): Promise<RawModule> {
  const module = await compiledOnce(source);
  // The glue's own promise does not hear when the instance can't be made.
  return new Promise((resolve, reject) => {
    const instantiateWasm: ModuleArguments['instantiateWasm'] = (imports, done) => {
      WebAssembly.instantiate(module, imports).then((instance) => done(instance, module), reject);
      return {};
    };
    source.createModule({ instantiateWasm }).then(resolve, reject);
  });
}

function compiledOnce(source: ModuleSource): Promise<WebAssembly.Module> {
  let compiled = compiledModules.get(source);
  if (compiled === undefined) {
    compiled = compile(source);
    compiledModules.set(source, compiled);
    // The next instance tries again: a page may have been offline.
    compiled.catch(() => compiledModules.delete(source));
  }
  return compiled;
}

async function compile(source: ModuleSource): Promise<WebAssembly.Module> {
  const binary = await source.wasm();
  if (binary instanceof WebAssembly.Module) return binary;
  if (typeof Response === 'function' && binary instanceof Response) return WebAssembly.compileStreaming(binary);
  return WebAssembly.compile(binary as BufferSource);
}
