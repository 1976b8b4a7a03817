// Starts the programs that the interoperability tests talk to, on free ports of the loopback interface, and ends them again.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const serverPath = process.env['WASMQTT_SERVER'] ?? 'build/release/wasmqtt-server';

export interface RunningServer {
  readonly tcpPort: number;
  readonly webSocketPort: number;
  stop(): Promise<void>;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

// tcpPort is 0 where no TCP port is opened: as a relay.
export async function startServer(...flags: string[]): Promise<RunningServer> {
  const isRelay = flags.includes('--upstream');
  const ports = isRelay ? ['--http-port', '0'] : ['--port', '0', '--http-port', '0'];
  const child = spawn(serverPath, [...ports, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  const found = { MQTT: 0, HTTP: 0 };
  for await (const line of createInterface({ input: child.stderr })) {
    const match = /listening for (MQTT|HTTP).* on 127\.0\.0\.1:(\d+)/.exec(line);
    if (match) found[match[1] as 'MQTT' | 'HTTP'] = Number(match[2]);
    if (found.HTTP !== 0 && (isRelay || found.MQTT !== 0)) break;
  }
  child.stderr.resume();
  return { tcpPort: found.MQTT, webSocketPort: found.HTTP, stop: () => end(child) };
}

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as net.AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

// Debian's mosquitto with a TCP and a WebSocket listener.
export async function startMosquitto(): Promise<RunningServer> {
  const [tcpPort, webSocketPort] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), 'wasmqtt-interop-'));
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(
    config,
    `allow_anonymous true\nlistener ${tcpPort} 127.0.0.1\nlistener ${webSocketPort} 127.0.0.1\nprotocol websockets\n`,
  );
  const child = spawn('/usr/sbin/mosquitto', ['-c', config, '-v'], { stdio: ['ignore', 'ignore', 'pipe'] });
  for await (const line of createInterface({ input: child.stderr })) {
    if (line.includes('running')) break; // every listener is open then
  }
  child.stderr.resume();
  const stop = async () => {
    await end(child);
    rmSync(folder, { recursive: true });
  };
  return { tcpPort, webSocketPort, stop };
}
