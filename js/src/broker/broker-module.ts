// Where the broker's Wasm module is: beside this code in one file, put there by the build.
import wasm from '#wasm/broker.wasm';

import type { ModuleSource } from '../engine/load.ts';

export const brokerModule: ModuleSource = { wasm };
