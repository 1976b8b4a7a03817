// What scripts/build-package.mjs puts in place of these imports: a function that answers the inlined bytes.
declare module '#wasm/*.wasm' {
  const wasm: () => Uint8Array<ArrayBuffer>;
  export default wasm;
}
