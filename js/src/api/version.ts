// The package's version, which the build takes from package.json.
declare const __WASMQTT_VERSION__: string;

export const version: string = __WASMQTT_VERSION__;
