// Starts the programs that the benchmarks compare and load, on free ports of the loopback interface, and ends them again.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const serverPath = process.env.WASMQTT_SERVER ?? 'build/release/wasmqtt-server';
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK']));
const buildFolder = process.env.BENCH_BUILD ?? 'build/bench';

// Whatever ends this process ends what it started.
const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill();
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

function started(child) {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

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
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** How many descriptors of `wanted` a program started here may have: all for root, else what the hard limit says. */
export function descriptorsOf(wanted) {
  try {
    execFileSync('prlimit', [`--nofile=${wanted}:${wanted}`, 'true'], { stdio: 'ignore' });
    return wanted;
  } catch {
    return Number(/^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))[1]);
  }
}

function spawnWithDescriptors(descriptors, program, flags, options) {
  if (descriptors === undefined) return started(spawn(program, flags, options));
  return started(spawn('prlimit', [`--nofile=${descriptors}:${descriptors}`, program, ...flags], options));
}

/** Bytes of the process: 'VmRSS', what it has in memory; 'VmHWM', the most it ever had. */
export function memory(pid, what) {
  return Number(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

/** Seconds of processor time that the process and those of its children that have ended used. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / ticksPerSecond;
}

// The servers answer { version, pid, tcpPort, webSocketPort, stop() }. As a relay, wasmqtt-server has no TCP port.
export async function startWasmqttServer({ flags = [], descriptors } = {}) {
  const isRelay = flags.includes('--upstream');
  const isBridge = flags.includes('--bridge');
  const ports = [...(isRelay ? [] : ['--port', '0']), '--http-port', '0'];
  const child = spawnWithDescriptors(descriptors, serverPath, [...ports, ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const found = {};
  const log = createInterface({ input: child.stderr });
  for await (const line of log) {
    const [, what, port] = /listening for (MQTT|HTTP).* on 127\.0\.0\.1:(\d+)/.exec(line) ?? [];
    if (what) found[what] = Number(port);
    found.isConnected ||= line.includes('bridge: connected');
    if ((found.MQTT || isRelay) && found.HTTP && (found.isConnected || !isBridge)) break;
  }
  child.stderr.resume();
  return {
    version: 'wasmqtt-server',
    pid: child.pid,
    tcpPort: found.MQTT,
    webSocketPort: found.HTTP,
    stop: () => end(child),
  };
}

export async function startMosquitto({ descriptors } = {}) {
  const [tcpPort, webSocketPort] = [await freePort(), await freePort()];
  const folder = mkdtempSync(join(tmpdir(), 'wasmqtt-bench-'));
  const config = join(folder, 'mosquitto.conf');
  // Its defaults limit what may be in flight and queued to less than the load has on the way.
  writeFileSync(
    config,
    `allow_anonymous true\nmax_inflight_messages 1000\nmax_queued_messages 0\nset_tcp_nodelay true\n` +
      `listener ${tcpPort} 127.0.0.1\nlistener ${webSocketPort} 127.0.0.1\nprotocol websockets\n`,
  );
  const child = spawnWithDescriptors(descriptors, '/usr/sbin/mosquitto', ['-c', config], { stdio: 'ignore' });
  await waitUntilOpen(tcpPort);
  rmSync(folder, { recursive: true });
  return { version: mosquittoVersion(), pid: child.pid, tcpPort, webSocketPort, stop: () => end(child) };
}

function mosquittoVersion() {
  try {
    return /mosquitto version \S+/.exec(execFileSync('/usr/sbin/mosquitto', ['-h']))[0].replace('version ', '');
  } catch (error) {
    return /mosquitto version \S+/.exec(error.stdout)[0].replace('version ', '');
  }
}

// Forwards WebSocket connections to the TCP port; a process for each connection.
export async function startWebsockify(tcpPort) {
  const webSocketPort = await freePort();
  const addresses = [webSocketPort, tcpPort].map((port) => `127.0.0.1:${port}`);
  const child = started(spawn('/usr/bin/websockify', addresses, { stdio: 'ignore' }));
  await waitUntilOpen(webSocketPort);
  const packageVersion = String(execFileSync('dpkg-query', ['-W', '-f', '${Version}', 'python3-websockify']));
  return {
    version: `websockify ${packageVersion.split('+')[0]}`,
    pid: child.pid,
    webSocketPort,
    stop: () => end(child),
  };
}

// A process of this folder that prints a line when it is ready: answers the line and how to end it.
async function startScript(name, ...flags) {
  const stdio = ['ignore', 'pipe', 'inherit'];
  const child = started(spawn(process.execPath, [`tests/bench/${name}.mjs`, ...flags.map(String)], { stdio }));
  const [line] = await once(child.stdout, 'data');
  return { line: String(line).trim(), stop: () => end(child) };
}

export async function startFeeder(messages, perFrame) {
  const { line, stop } = await startScript('feeder', messages, perFrame);
  return { url: `ws://127.0.0.1:${line}/mqtt`, stop };
}

export const startDevice = (server) => startScript('device', server.tcpPort);

// Runs mqtt_load against a server and answers its report.
export async function load(server, { transport = 'tcp', ...options }) {
  const port = transport === 'ws' ? server.webSocketPort : server.tcpPort;
  const flags = Object.entries({ port, transport, 'server-pid': server.pid, ...options });
  const result = run(
    join(buildFolder, 'mqtt_load'),
    flags.flatMap(([name, value]) => [`--${name}`, String(value)]),
  );
  started(result.child);
  return JSON.parse((await result).stdout);
}

// Opens idle connections and holds them: answers { connections, seconds, per_second, stop() }.
export async function holdConnections(server, { count, descriptors }) {
  const flags = ['--port', server.tcpPort, '--count', count].map(String);
  const child = spawnWithDescriptors(descriptors, join(buildFolder, 'mqtt_connections'), flags, {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (typeof line === 'number' || line === null) throw new Error('mqtt_connections ended before all were connected');
  const stop = async () => {
    const exited = once(child, 'exit');
    child.stdin.end();
    await exited;
  };
  return { ...JSON.parse(line), stop };
}
