// The program examples/publish/main.js, as a shell runs it.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

import { createBroker, type Broker } from 'wasmqtt/broker';

let broker: Broker;
const server = createServer((socket) => broker.handle(socket));
let url: string;

beforeAll(async () => {
  broker = await createBroker();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await broker.close();
  await new Promise((resolve) => server.close(resolve));
});

function run(...args: string[]): Promise<{ exitCode: number; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['examples/publish/main.js', ...args], (error, _stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stderr });
    });
  });
}

it('publishes the message and ends', async () => {
  const listener = await broker.connectAsync();
  await listener.subscribeAsync('a/#');
  const message = new Promise((resolve) => {
    listener.once('message', (topic, payload) => resolve(`${topic} ${payload.toString()}`));
  });
  expect(await run('--url', url, 'a/b', '21.5')).toEqual({ exitCode: 0, stderr: '' });
  expect(await message).toBe('a/b 21.5');
  await listener.endAsync();
});

it('leaves a retained message for those who come later', async () => {
  expect((await run('--url', url, '--retain', 'kept', 'yes')).exitCode).toBe(0);
  const listener = await broker.connectAsync();
  const message = new Promise((resolve) => {
    listener.once('message', (topic, payload, packet) => resolve([topic, payload.toString(), packet.retain]));
  });
  await listener.subscribeAsync('kept');
  expect(await message).toEqual(['kept', 'yes', true]);
  await listener.endAsync();
});

it('says what is wrong with its arguments', async () => {
  const { exitCode, stderr } = await run('a/b');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('give a topic and a message');
});

it('says that no server is there', async () => {
  const { exitCode, stderr } = await run('--url', 'mqtt://127.0.0.1:1', 'a/b', '21.5');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('mqtt://127.0.0.1:1: ');
});
