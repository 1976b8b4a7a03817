// Starts the servers that tests talk to, wasmqtt-server and mosquitto, on free ports of the loopback interface, and
// ends them again.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { nextEvent } from './events.ts';
import { serverPath, start } from './processes.js';

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
