// A module's octets and its Emscripten glue -> a running instance; each source is compiled once, however many instances it gets.
import type { ModuleFactory, RawMachines } from './module.ts';

export type WasmBinary = ArrayBuffer | ArrayBufferView<ArrayBuffer> | Response | WebAssembly.Module;

/**
 * Where a Wasm module comes from. `createModule` is the default export of build/wasm/{client,broker}.mjs; `wasm` answers the octets of the .wasm beside
 * it (inlined in the package by default), a Response to compile while it streams, or a compiled module. Declare a source once, at module level:
 * instances share what was compiled from the same object.
 */
export interface ModuleSource {
  readonly createModule: ModuleFactory;
  readonly wasm: () => WasmBinary | Promise<WasmBinary>;
}

export interface Instance {
  readonly machines: RawMachines;
  readonly memory: WebAssembly.Memory;
}

const compiledModules = new WeakMap<ModuleSource, Promise<WebAssembly.Module>>();

export async function instantiate(source: ModuleSource): Promise<Instance> {
  const module = await compiledOnce(source);
  let memory: WebAssembly.Memory | undefined;
  // The glue's own promise does not hear when the instance can't be made.
  const machines = await new Promise<RawMachines>((resolve, reject) => {
    const instantiateWasm: Parameters<ModuleFactory>[0]['instantiateWasm'] = (imports, done) => {
      WebAssembly.instantiate(module, imports).then((instance) => {
        memory = memoryOf(instance);
        done(instance, module);
      }, reject);
      return {};
    };
    source.createModule({ instantiateWasm }).then(resolve, reject);
  });
  return { machines, memory: memory! };
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

// Found by what it is, because the linker shortens the names of exports.
function memoryOf(instance: WebAssembly.Instance): WebAssembly.Memory {
  const memory = Object.values(instance.exports).find((item) => item instanceof WebAssembly.Memory);
  if (memory === undefined) throw new Error('the Wasm module exports no memory');
  return memory as WebAssembly.Memory;
}
