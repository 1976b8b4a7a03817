// Starts the brokers that the benchmarks compare, on free ports of the loopback interface, and ends them again.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const serverPath = process.env.WASMQTT_SERVER ?? 'build/release/wasmqtt-server';
const loadPath = process.env.MQTT_LOAD ?? 'build/bench/mqtt_load';

async function freePort() {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

async function waitUntilOpen(port) {
  for (let attempt = 0; ; ++attempt) {
    const socket = net.connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.destroy();
      return;
    } catch (error) {
      if (attempt === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function end(child) {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

// Both answer { pid, tcpPort, webSocketPort, stop() }.
export async function startWasmqttServer(...flags) {
  const child = spawn(serverPath, ['--port', '0', '--http-port', '0', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ports = {};
  const log = createInterface({ input: child.stderr });
  for await (const line of log) {
    const found = /listening for (MQTT|HTTP).* on 127\.0\.0\.1:(\d+)/.exec(line);
    if (found) ports[found[1]] = Number(found[2]);
    if (ports.MQTT && ports.HTTP) break;
  }
  child.stderr.resume();
  return { pid: child.pid, tcpPort: ports.MQTT, webSocketPort: ports.HTTP, stop: () => end(child) };
}

export async function startMosquitto() {
  const [tcpPort, webSocketPort] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), 'wasmqtt-bench-'));
  const config = join(folder, 'mosquitto.conf');
  // Its defaults limit what may be in flight and queued to less than the load has on the way.
  writeFileSync(
    config,
    `allow_anonymous true\nmax_inflight_messages 1000\nmax_queued_messages 0\nset_tcp_nodelay true\n` +
      `listener ${tcpPort} 127.0.0.1\nlistener ${webSocketPort} 127.0.0.1\nprotocol websockets\n`,
  );
  const child = spawn('/usr/sbin/mosquitto', ['-c', config], { stdio: 'ignore' });
  await waitUntilOpen(tcpPort);
  return {
    pid: child.pid,
    tcpPort,
    webSocketPort,
    stop: async () => {
      await end(child);
      rmSync(folder, { recursive: true });
    },
  };
}

// Runs mqtt_load against a server and answers its report.
export async function load(server, { transport = 'tcp', ...options }) {
  const port = transport === 'ws' ? server.webSocketPort : server.tcpPort;
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { stdout } = await run(loadPath, ['--port', port, '--transport', transport, '--server-pid', server.pid, ...flags].map(String));
  return JSON.parse(stdout);
}
