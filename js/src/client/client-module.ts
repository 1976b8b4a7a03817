// Where the client's Wasm module is: beside this code in one file, put there by the build.
import createModule from '#wasm/glue';
import wasm from '#wasm/client';

import type { ModuleSource } from '../engine/load.ts';

export const clientModule: ModuleSource = { createModule, wasm };
