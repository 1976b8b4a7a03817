// Where the client's Wasm module is: beside this code in one file, put there by the build.
import wasm from '#wasm/client.wasm';

import type { ModuleSource } from '../engine/load.ts';

export const clientModule: ModuleSource = { wasm };
