// Starts the programs that the dashboard shows: the server with the built page, the device, and mosquitto_pub; and ends them again.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const server = process.env.WASMQTT_SERVER ?? `${root}build/release/wasmqtt-server`;
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
  const child = spawn(server, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const lines = [];
  const ports = { MQTT: 0, HTTP: 0 };
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    const [, what, bound] = /listening for (MQTT|HTTP)\b.* on 127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (what === 'MQTT' || what === 'HTTP') ports[what] = Number(bound);
    if (ports.MQTT !== 0 && ports.HTTP !== 0) break;
  }
  if (ports.MQTT === 0 || ports.HTTP === 0) throw new Error(`${server} did not start:\n${lines.join('\n')}`);
  // Unread, the log would fill its pipe and stop the server.
  child.stderr.resume();
  return {
    port: ports.MQTT,
    httpPort: ports.HTTP,
    page: `http://127.0.0.1:${ports.HTTP}/`,
    stop: (signal) => end(child, signal),
  };
}

/**
 * @param {number} port
 * @param {string} topic
 * @returns {{ stop(signal?: NodeJS.Signals): Promise<void> }}
 */
export function startDevice(port, topic) {
  const program = `${root}examples/machine-device/main.js`;
  const child = spawn(process.execPath, [program, '--url', `mqtt://127.0.0.1:${port}`, '--topic', topic], { stdio: 'ignore' });
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

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
