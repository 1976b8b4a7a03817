// Starts the programs that the dashboard shows: the server with the built page, the device, and mosquitto_pub; and ends them again.
import { execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { end, serverPath, start } from '../../support/processes.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

/**
 * @typedef {object} RunningServer
 * @property {number} port  MQTT over TCP
 * @property {number} httpPort  The page, and MQTT over WebSocket
 * @property {string} page  The page's address
 * @property {(signal?: NodeJS.Signals) => Promise<void>} stop
 */

/**
 * With ports of 0, the default, the system picks free ones.
 * @param {{ port?: number, httpPort?: number }} [ports]
 * @returns {Promise<RunningServer>}
 */
export async function startServer({ port = 0, httpPort = 0 } = {}) {
  const flags = ['--port', String(port), '--http-port', String(httpPort), '--serve', `${root}build/dashboard`];
  const found = { MQTT: 0, HTTP: 0 };
  const stop = await start(serverPath, flags, (line) => {
    const [, what, bound] = /listening for (MQTT|HTTP)\b.* on 127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (what === 'MQTT' || what === 'HTTP') found[what] = Number(bound);
    return found.MQTT !== 0 && found.HTTP !== 0;
  });
  return { port: found.MQTT, httpPort: found.HTTP, page: `http://127.0.0.1:${found.HTTP}/`, stop };
}

/**
 * @param {number} port
 * @param {string} topic
 * @returns {{ stop(signal?: NodeJS.Signals): Promise<void> }}
 */
export function startDevice(port, topic) {
  const program = `${root}examples/machine-device/main.js`;
  const child = spawn(process.execPath, [program, '--url', `mqtt://127.0.0.1:${port}`, '--topic', topic], {
    stdio: 'ignore',
  });
  return { stop: (signal) => end(child, signal) };
}

/**
 * @param {number} port
 * @param {string} topic
 * @param {string} message
 * @param {...string} flags
 */
export async function mosquittoPub(port, topic, message, ...flags) {
  await run('mosquitto_pub', ['-h', '127.0.0.1', '-p', String(port), '-t', topic, '-m', message, ...flags]);
}
