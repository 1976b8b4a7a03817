// A module's bytes -> a running instance; each source is compiled once, however many instances it gets.
import type { RawMachines } from './module.ts';

export type WasmBinary = ArrayBuffer | ArrayBufferView<ArrayBuffer> | Response | WebAssembly.Module;

/**
 * Where a Wasm module comes from. `wasm` answers the bytes of build/wasm/{client,broker}.wasm (inlined in the package by default), a Response to
 * compile while it streams, or a compiled module. Declare a source once, at module level: instances share what was compiled from the same object.
 */
export interface ModuleSource {
  readonly wasm: () => WasmBinary | Promise<WasmBinary>;
}

// What a module asks of its host, and we have nothing to do about: its views are renewed for each walk, and out of memory it traps by itself.
const imports: WebAssembly.Imports = {
  env: { emscripten_notify_memory_growth() {} },
  wasi_snapshot_preview1: { proc_exit() {} },
};

const compiledModules = new WeakMap<ModuleSource, Promise<WebAssembly.Module>>();

export async function instantiate(source: ModuleSource): Promise<RawMachines> {
  const { exports } = await WebAssembly.instantiate(await compiledOnce(source), imports);
  // The constructors of what is static.
  (exports._initialize as () => void)();
  return exports as unknown as RawMachines;
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
