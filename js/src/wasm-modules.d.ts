// What scripts/build-package.mjs puts in place of these imports: the glue, and a function that answers the inlined
// octets.
declare module '#wasm/*.mjs' {
  const createModule: import('./engine/module.ts').ModuleFactory;
  export default createModule;
}

declare module '#wasm/*.wasm' {
  const wasm: () => Uint8Array<ArrayBuffer>;
  export default wasm;
}
