// Starts a mosquitto of its own for a test, on ports that are free, with TCP and WebSocket listeners.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Mosquitto {
  readonly tcpPort: number;
  readonly webSocketPort: number;
  stop(): Promise<void>;
}

/** Once more when another process took a port between the choice and the start. */
export async function startMosquitto(): Promise<Mosquitto> {
  for (let attempt = 1; ; ++attempt) {
    try {
      return await tryToStart();
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

async function tryToStart(): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), 'wasmqtt-mosquitto-'));
  const [tcpPort, webSocketPort] = await freePorts();
  const config = join(folder, 'mosquitto.conf');
  await writeFile(config, configFor(tcpPort, webSocketPort));
  // Debian keeps it where only root looks.
  const child = spawn('mosquitto', ['-c', config], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` },
    stdio: 'ignore',
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    void exited.then(() => reject(new Error('mosquitto ended while it started')));
  });
  const stop = async (): Promise<void> => {
    child.kill();
    await exited;
    await rm(folder, { recursive: true });
  };
  failed.catch(() => undefined);
  await Promise.race([Promise.all([accepting(tcpPort, exited), accepting(webSocketPort, exited)]), failed]);
  return { tcpPort, webSocketPort, stop };
}

function configFor(tcpPort: number, webSocketPort: number): string {
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

async function freePorts(): Promise<[number, number]> {
  const servers = await Promise.all([listening(), listening()]);
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [ports[0]!, ports[1]!];
}

function listening(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

// A process that has begun to listen says so to nobody; it is asked until it answers or ends.
async function accepting(port: number, exited: Promise<void>): Promise<void> {
  let isOver = false;
  void exited.then(() => (isOver = true));
  while (!isOver) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
