// Starts the programs that tests and demonstrations talk to, waits until they are ready, and ends them again. JavaScript,
// because scripts/ use it without a compiler.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const serverPath =
  process.env.WASMQTT_SERVER ?? fileURLToPath(new URL('../../build/release/wasmqtt-server', import.meta.url));

// Milliseconds that a program has until it is ready.
const PATIENCE = 15_000;

/** @typedef {(signal?: NodeJS.Signals) => Promise<void>} Stop  Resolves when the program has ended */

/**
 * Resolves, with what ends the program again, when a line of its log is the one that is waited for.
 * @param {string} program
 * @param {string[]} flags
 * @param {(line: string) => boolean} isReady
 * @returns {Promise<Stop>}
 */
export async function start(program, flags, isReady) {
  const child = spawn(program, flags, {
    // Debian keeps mosquitto where only root looks.
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  /** @type {unknown} */
  let cause;
  child.on('error', (error) => (cause = error));
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  const lines = [];
  let isRunning = false;
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    isRunning = isReady(line);
    if (isRunning) break;
  }
  clearTimeout(timer);
  if (!isRunning) throw new Error(`${program} did not start:\n${lines.join('\n')}`, { cause });
  // Unread, the log would fill its pipe and stop the program.
  child.stderr.resume();
  return (signal) => end(child, signal);
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} [signal]
 */
export async function end(child, signal = 'SIGTERM') {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exiting = once(child, 'exit');
  child.kill(signal);
  // Mosquitto forgets a signal that comes between its word that it is running and its main loop.
  const again = setInterval(() => child.kill(signal), 500);
  await exiting;
  clearInterval(again);
}
