// Where the client's Wasm module is: beside this code in one file, put there by the build.
import createModule from '#wasm/client.mjs';
import wasm from '#wasm/client.wasm';

import type { ModuleSource } from './engine/load.ts';

export const clientModule: ModuleSource = { createModule, wasm };
