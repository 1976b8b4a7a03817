// When a process of Node's ends by itself: once its clients have ended, and not before.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

import { afterEach, describe, expect, it } from '@jest/globals';
import { createBroker, type Broker } from 'wasmqtt/broker';

import { nextEvent } from '../../support/events.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
// Milliseconds; far beyond what a process takes that has nothing to wait for, and below what a leak would take.
const patience = 15_000;

let server: Server;
let broker: Broker | undefined;
const sockets = new Set<Socket>();

/** Runs a module as a user's script; what it printed, once it has ended by itself. */
async function run(script: string): Promise<string> {
  const { NODE_OPTIONS: _unused, ...environment } = process.env;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: patience,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  const [code, signal] = await nextEvent<[number | null, string | null]>(child, 'close');
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  return output;
}

async function serve(handle: (socket: Socket) => void): Promise<number> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    handle(socket);
  }).listen(0, '127.0.0.1');
  await nextEvent(server, 'listening');
  return (server.address() as AddressInfo).port;
}

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  server?.close();
  await broker?.close();
  broker = undefined;
});

// A WebSocket server that accepts the CONNECT, and then neither answers nor closes: a peer whose network is gone.
function vanishAfterConnack(socket: Socket): void {
  socket.once('data', (request) => {
    const key = /sec-websocket-key: (\S+)/i.exec(String(request))![1];
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    const lines = [...head, `Sec-WebSocket-Accept: ${accept}`, 'Sec-WebSocket-Protocol: mqtt', '', ''];
    socket.write(lines.join('\r\n'));
    socket.once('data', () => socket.write(Buffer.from([0x82, 4, 0x20, 2, 0, 0])));
  });
}

describe('a script ends by itself', () => {
  it('after connect, publish and end() over TCP', async () => {
    broker = createBroker();
    const port = await serve((socket) => broker!.handle(socket));
    const published = nextEvent<[string, { payload: Uint8Array }]>(broker, 'publish');
    await run(`
      import { connect } from 'wasmqtt';
      const client = connect('mqtt://127.0.0.1:${port}');
      client.publish('a', 'b', { qos: 1 }, () => client.end());
    `);
    expect(String((await published)[1].payload)).toBe('b');
  });

  it('after connectAsync() has failed', async () => {
    const port = await serve((socket) => socket.destroy());
    server.close();
    const output = await run(`
      import { connectAsync } from 'wasmqtt';
      await connectAsync('mqtt://127.0.0.1:${port}').catch((error) => console.log(error.code));
    `);
    expect(output).toBe('ECONNREFUSED\n');
  });

  it.each(['', 'true'])('after end(%s), though the WebSocket server does not answer any more', async (force) => {
    const port = await serve(vanishAfterConnack);
    const output = await run(`
      import { connect } from 'wasmqtt';
      const client = connect('ws://127.0.0.1:${port}');
      client.on('connect', () => client.end(${force}));
      client.on('end', () => console.log('ended'));
    `);
    expect(output).toBe('ended\n');
  });

  it('with a broker that was left open', async () => {
    const output = await run(`
      import { createBroker } from 'wasmqtt/broker';
      const broker = createBroker({ connectTimeout: 1_000_000 });
      const client = await broker.connectAsync({ keepalive: 600 });
      await client.publishAsync('a', 'b', { qos: 1 });
      await client.endAsync();
      console.log('ended');
    `);
    expect(output).toBe('ended\n');
  });
});

it('a script ends by itself with a client that was not ended, but has no next attempt to wait for', async () => {
  const output = await run(`
    import { createBroker } from 'wasmqtt/broker';
    const broker = createBroker({ connectTimeout: 1_000_000 });
    const loser = await broker.connectAsync({ clientId: 'same', reconnectPeriod: 0 });
    loser.on('close', () => console.log('closed'));
    const winner = await broker.connectAsync({ clientId: 'same' });
    await winner.endAsync();
    console.log('timers:', process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout'));
  `);
  expect(output).toBe('closed\ntimers: []\n');
});

it('a script goes on while a client waits for its next attempt', async () => {
  const port = await serve((socket) => socket.destroy());
  const output = await run(`
    import { connect } from 'wasmqtt';
    const client = connect('mqtt://127.0.0.1:${port}', { reconnectPeriod: 20 });
    client.on('reconnect', () => { console.log('again'); client.end(); });
  `);
  expect(output).toBe('again\n');
});
