// In the page: does the workload that the server wrote into the page, and posts the figure.
import * as workloads from './client-workloads.mjs';

const { library, workload, options } = globalThis.job;
const libraries = {
  wasmqtt: () => import('/dist/index.js'),
  mqttjs: async () => (await import('/mqtt/mqtt.esm.js')).default,
  none: () => undefined,
};
let result;
try {
  result = { figure: await workloads[workload](await libraries[library](), options) };
} catch (error) {
  result = { error: String(error?.stack ?? error) };
}
await fetch(`/result${location.search}`, { method: 'POST', body: JSON.stringify(result) });
