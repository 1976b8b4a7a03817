// Runs the built server and device until Ctrl-C or until one of them ends by itself, and ends both before it does.
//   node scripts/demo.mjs PORT HTTP_PORT
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const [port, httpPort] = process.argv.slice(2);
/** How long a program may take to end when told to, in milliseconds. */
const END_LIMIT = 5000;
/** @type {import('node:child_process').ChildProcess[]} */
const running = [];
let isEnding = false;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(0));

const server = start('build/release/wasmqtt-server', [
  '--port',
  port,
  '--http-port',
  httpPort,
  '--serve',
  'build/dashboard',
]);
await listening(server);
start(process.execPath, ['examples/machine-device/main.js', '--url', `mqtt://127.0.0.1:${port}`]);
console.log(`
  The page is at http://127.0.0.1:${httpPort}/
  Numbers published to any topic appear on it; from another shell:
    ./run publish${port === '1883' ? '' : ` --url mqtt://127.0.0.1:${port}`} a/b 21.5
  Ctrl-C ends the demo.
`);

/**
 * @param {string} program
 * @param {string[]} args
 */
function start(program, args) {
  // In a process group of its own, so that a Ctrl-C reaches it through end() alone, in its turn.
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'pipe'], detached: true });
  child.stderr.pipe(process.stderr, { end: false });
  running.push(child);
  child.on('error', (error) => console.error(`demo: ${program} does not start: ${error.message}`));
  child.on('close', (code, signal) => {
    running.splice(running.indexOf(child), 1);
    if (isEnding) return;
    console.error(`demo: ${program} has ended by itself (${signal ?? `exit code ${code}`})`);
    void end(1);
  });
  return child;
}

/** Resolves once the server's log has named both its ports; never, when the server ends before. */
function listening({ stderr }) {
  return new Promise((resolve) => {
    const lines = createInterface({ input: stderr });
    let ports = 0;
    lines.on('line', (line) => {
      if (/\blistening for (MQTT|HTTP)\b/.test(line) && ++ports === 2) resolve(lines.removeAllListeners('line'));
    });
  });
}

/** Ends the device before the server, so that it can say good-bye. */
async function end(exitCode) {
  if (isEnding) return;
  isEnding = true;
  for (const child of [...running].reverse()) {
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    const limit = setTimeout(() => child.kill('SIGKILL'), END_LIMIT);
    await closed;
    clearTimeout(limit);
  }
  process.exit(exitCode);
}
