// `wasmqtt/indexed-db-store`: a client's session in the browser's IndexedDB.
export * from '../session/indexed-db-store.ts';
