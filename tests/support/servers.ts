// Starts the servers that tests talk to, wasmqtt-server and mosquitto, on free ports of the loopback interface, and
// ends them again.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { nextEvent } from './events.ts';

const serverPath =
  process.env['WASMQTT_SERVER'] ?? fileURLToPath(new URL('../../build/release/wasmqtt-server', import.meta.url));

// Milliseconds that a server has until it listens.
const patience = 15_000;

export interface RunningServer {
  /** 0 where no TCP port is opened: wasmqtt-server as a relay. */
  readonly tcpPort: number;
  readonly webSocketPort: number;
  stop(): Promise<void>;
}

export async function startServer(...flags: string[]): Promise<RunningServer> {
  const isRelay = flags.includes('--upstream');
  const ports = isRelay ? ['--http-port', '0'] : ['--port', '0', '--http-port', '0'];
  const found = { MQTT: 0, HTTP: 0 };
  const stop = await start(serverPath, [...ports, ...flags], (line) => {
    const [, what, port] = /listening for (MQTT|HTTP).* on 127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (what !== undefined) found[what as 'MQTT' | 'HTTP'] = Number(port);
    return found.HTTP !== 0 && (isRelay || found.MQTT !== 0);
  });
  return { tcpPort: found.MQTT, webSocketPort: found.HTTP, stop };
}

/** Debian's mosquitto, with a TCP and a WebSocket listener. */
export async function startMosquitto(): Promise<RunningServer> {
  // Once more when another process took a port between the choice and the start.
  for (let attempt = 1; ; ++attempt) {
    try {
      return await tryToStartMosquitto();
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

async function tryToStartMosquitto(): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'wasmqtt-mosquitto-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true });
  try {
    const [tcpPort, webSocketPort] = await freePorts();
    const config = join(folder, 'mosquitto.conf');
    await writeFile(config, mosquittoConfig(tcpPort, webSocketPort));
    // Every listener is open when it says so.
    const stop = await start('mosquitto', ['-v', '-c', config], (line) => line.endsWith(' running'));
    return { tcpPort, webSocketPort, stop: () => stop().then(removeFolder) };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

function mosquittoConfig(tcpPort: number, webSocketPort: number): string {
  // As root, mosquitto would become the user mosquitto, who may not read the folder.
  return `user root
allow_anonymous true
persistence false
listener ${tcpPort} 127.0.0.1
protocol mqtt
listener ${webSocketPort} 127.0.0.1
protocol websockets
`;
}

/** Resolves, with what ends the program again, when a line of its log is the one that is waited for. */
async function start(
  program: string,
  flags: string[],
  isReady: (line: string) => boolean,
): Promise<() => Promise<void>> {
  const child = spawn(program, flags, {
    // Debian keeps mosquitto where only root looks.
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/usr/local/sbin` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let cause: unknown;
  child.on('error', (error) => (cause = error));
  const timer = setTimeout(() => child.kill('SIGKILL'), patience);
  const lines: string[] = [];
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
  return () => end(child);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exiting = nextEvent(child, 'exit');
  child.kill('SIGTERM');
  // Mosquitto forgets a signal that comes between its word that it is running and its main loop.
  const again = setInterval(() => child.kill('SIGTERM'), 500);
  await exiting;
  clearInterval(again);
}

async function freePorts(): Promise<[number, number]> {
  const probes = await Promise.all([listening(), listening()]);
  const [first, second] = probes.map((probe) => (probe.address() as AddressInfo).port);
  await Promise.all(probes.map((probe) => new Promise((resolve) => probe.close(resolve))));
  return [first!, second!];
}

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1');
  await nextEvent(server, 'listening');
  return server;
}
