// A WebAssembly module that traps, out of memory: its clients say so and end, and the next client has another.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect, it } from '@jest/globals';

const root = fileURLToPath(new URL('../../../', import.meta.url));

// In a process of its own, where an exception that nobody catches is no failure of the test. Memory that does not grow is
// what a page has when there is none left.
const script = `
import { createServer } from 'node:net';
import { connect } from './dist/node.js';
const said = [];
process.on('uncaughtException', () => said.push('uncaught'));
const server = createServer((socket) => socket.once('data', () => socket.write(Buffer.from([0x20, 2, 0, 0]))));
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = 'mqtt://127.0.0.1:' + server.address().port;
const idle = connect(url, { manualConnect: true });
const busy = connect(url);
await new Promise((resolve) => busy.once('connect', resolve));
const { grow } = WebAssembly.Memory.prototype;
WebAssembly.Memory.prototype.grow = () => { throw new RangeError('there is no more'); };
busy.on('error', (error) => said.push(error.message));
busy.on('close', () => said.push('close'));
const results = await Promise.allSettled([1, 2, 3].map(() => busy.publishAsync('t', new Uint8Array(4_000_000), { qos: 1 })));
said.push(...results.map(({ reason }) => reason.message));
idle.on('error', (error) => said.push('idle: ' + error.message));
idle.connect();
await new Promise((resolve) => idle.once('end', resolve));
WebAssembly.Memory.prototype.grow = grow;
const next = connect(url);
await new Promise((resolve) => next.once('connect', resolve));
said.push('connected again');
console.log(JSON.stringify(said));
process.exit();
`;

it('ends its clients with an error, and leaves no operation without an answer', async () => {
  const { NODE_OPTIONS: _unused, ...env } = process.env;
  const command = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root, env, timeout: 15_000 });
  expect(JSON.parse(stdout)).toEqual([
    'the WebAssembly module stopped, out of memory or by a defect',
    'uncaught',
    'close',
    'Connection closed',
    'Connection closed',
    'Connection closed',
    'idle: the WebAssembly module stopped, out of memory or by a defect',
    'connected again',
  ]);
});
