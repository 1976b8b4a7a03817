// The worker's end of echo-in-worker.js.
import { echo } from './echo-in-page.js';

postMessage(await echo().catch((error) => error.message));
