#!/usr/bin/env node
// Publishes this machine's figures over MQTT until SIGINT or SIGTERM.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { startDevice } from './device.js';
import { MachineFigures, topicLevel } from './machine-figures.js';
import { parseOptions, USAGE } from './options.js';

/** @type {ReturnType<typeof startDevice>} */
let device;
try {
  const options = parseOptions(process.argv.slice(2), `machine/${topicLevel(hostname())}`);
  if (options.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  device = startDevice({
    ...options,
    figures: new MachineFigures(readProc()),
    hostname: hostname(),
    log: (line) => console.error(`device: ${line}`),
  });
} catch (error) {
  console.error(`device: ${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  process.exit(2);
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  // Only once: a second signal ends the program at once.
  process.once(signal, async () => {
    await device.stop();
    process.exit(0);
  });
}

/**
 * Reads files of /proc; says of each that cannot be read, once, that its figures will be missing.
 * @returns {import('./machine-figures.js').ReadProc}
 */
function readProc() {
  const missing = new Set();
  return (name) => {
    if (missing.has(name)) return undefined;
    try {
      return readFileSync(`/proc/${name}`, 'utf8');
    } catch (error) {
      missing.add(name);
      console.error(`device: going on without /proc/${name} (${error instanceof Error ? error.message : error})`);
      return undefined;
    }
  };
}
