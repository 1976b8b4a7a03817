// A module's octets and its Emscripten glue -> a running instance; each source is compiled once, however many instances it gets.
import type { ModuleFactory } from './module.ts';

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
