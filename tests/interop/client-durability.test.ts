// A Node process whose client keeps its session in a file is killed again and again: what it had stored arrives, QoS 2
// once, and in order.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectAsync, type MqttClient } from 'wasmqtt';

import { Collector } from '../support/events.ts';
import { startServer, type RunningServer } from '../support/servers.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const messages = 400;
// Messages that the process has stored when it is killed.
const killedAfter = [30, 90, 150, 220, 300];

let server: RunningServer;
let folder: string;
let subscriber: MqttClient;
let publisher: ChildProcess | undefined;

beforeEach(async () => {
  server = await startServer();
  folder = await mkdtemp(join(tmpdir(), 'wasmqtt-client-'));
  subscriber = await connectAsync(`mqtt://127.0.0.1:${server.tcpPort}`);
});

afterEach(async () => {
  publisher?.kill('SIGKILL');
  await subscriber.endAsync(true);
  await server.stop();
  await rm(folder, { recursive: true });
});

// Publishes the numbers from `first` on, and prints each when it is stored; then waits for the answers and ends.
const script = (first: number, qos: number): string => `
  import { connect } from 'wasmqtt';
  import { fileStore } from 'wasmqtt/file-store';
  const client = connect('mqtt://127.0.0.1:${server.tcpPort}', {
    clean: false, clientId: 'killed', sessionStore: fileStore(${JSON.stringify(join(folder, 'session'))}),
  });
  const publish = (number) => {
    if (number === ${messages}) return client.end();
    const stored = () => { console.log(number); setImmediate(publish, number + 1); };
    client.publish('numbers', String(number), { qos: ${qos}, cbStorePut: stored });
  };
  client.on('connect', () => publish(${first}));
`;

/** Answers the last number that was stored, when the process has ended by itself or was killed behind `limit`. */
async function publishFrom(first: number, qos: number, limit: number): Promise<number> {
  const { NODE_OPTIONS: _unused, ...environment } = process.env;
  publisher = spawn(process.execPath, ['--input-type=module', '--eval', script(first, qos)], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exiting = once(publisher, 'exit');
  let last = first - 1;
  for await (const line of createInterface({ input: publisher.stdout! })) {
    last = Number(line);
    if (last >= limit) publisher.kill('SIGKILL');
  }
  await exiting;
  return last;
}

describe('a client that is killed', () => {
  it.each([1, 2] as const)('has what it had stored delivered by the next one, at QoS %i', async (qos) => {
    const arrived = new Collector<number>();
    subscriber.on('message', (_topic, payload) => arrived.add(Number(payload)));
    await subscriber.subscribeAsync('numbers', { qos });
    let first = 0;
    // The process cannot know of what was being stored when it was killed, and so publishes it once more.
    const inDoubt: number[] = [];
    for (const limit of [...killedAfter, Infinity]) {
      first = (await publishFrom(first, qos, limit)) + 1;
      inDoubt.push(first);
    }
    await subscriber.publishAsync('numbers', String(messages), { qos });
    while (!arrived.items.includes(messages)) await arrived.first(arrived.items.length + 1);
    const numbers = arrived.items;
    expect(new Set(numbers).size).toBe(messages + 1);
    const firsts = numbers.filter((number, index) => numbers.indexOf(number) === index);
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
    if (qos === 2)
      expect(numbers.filter((number, index) => number === numbers[index - 1] && !inDoubt.includes(number))).toEqual([]);
    if (qos === 2) expect(numbers.length).toBeLessThanOrEqual(firsts.length + inDoubt.length);
  });
});
