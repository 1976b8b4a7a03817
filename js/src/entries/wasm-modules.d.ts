// What scripts/build-package.mjs puts in place of these imports: functions that answer inlined bytes, of the client's
// module and of what makes the broker's of it, and Emscripten's glue of both.
declare module '#wasm/client' {
  const wasm: () => Uint8Array<ArrayBuffer>;
  export default wasm;
}
declare module '#wasm/broker' {
  const patch: () => Uint8Array<ArrayBuffer>;
  export default patch;
}
declare module '#wasm/glue' {
  const createModule: import('../engine/module.ts').ModuleFactory;
  export default createModule;
}
