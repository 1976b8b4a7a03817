// Where the broker's Wasm module is: it is the client's with more in it, so that a page which has both loads one.
import createModule from '#wasm/glue';
import client from '#wasm/client';
import patch from '#wasm/broker';

import type { ModuleSource } from '../engine/load.ts';
import { patched } from './patched-module.ts';

export const brokerModule: ModuleSource = { createModule, wasm: () => patched(client(), patch()) };
