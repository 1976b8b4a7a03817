// `wasmqtt/file-store`: a client's session in a file, in Node.
export * from '../session/file-store.ts';
