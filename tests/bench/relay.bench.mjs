// WebSocket clients of a broker that speaks TCP alone: through wasmqtt-server --upstream, or to wasmqtt-server --bridge, against
// websockify, all before the same mosquitto, into which the load generator publishes over TCP.
import { MqttClient } from 'mqtt';

import { startChromium } from './chromium.mjs';
import { compare, markdown, median, report, rounded } from './harness.mjs';
import { cpuSeconds, load, startDevice, startMosquitto, startWasmqttServer, startWebsockify } from './servers.mjs';

const seconds = Number(process.env.BENCH_SECONDS ?? 2);
const rounds = Number(process.env.BENCH_REPEATS ?? 15);

// Both relays before the broker.
async function startRelays(broker) {
  const ours = await startWasmqttServer({ flags: ['--upstream', `mqtt://127.0.0.1:${broker.tcpPort}`] });
  return { ours, theirs: await startWebsockify(broker.tcpPort) };
}

// What devices publish, and what a page tells them (device.mjs).
const bridgeRules = ['--bridge-topic', 'credit out', '--bridge-topic', '# in'];

// What `measure` answers of a bridge to the broker. It is there no longer than that: the broker sends it every message.
const withBridge = (broker, measure) => async () => {
  const url = `mqtt://127.0.0.1:${broker.tcpPort}`;
  const bridge = await startWasmqttServer({ flags: ['--bridge', url, ...bridgeRules, '--bridge-session-expiry', '0'] });
  try {
    return await measure(bridge)();
  } finally {
    await bridge.stop();
  }
};

const through = (relay, broker, options) => async () => {
  const account = await load(relay, { transport: 'ws', 'publisher-port': broker.tcpPort, seconds, ...options });
  if (account.lost > 0) console.log(`  ${relay.version} lost ${account.lost}`);
  return account.received_per_second;
};

const throughput = (title, { ours, theirs }, broker, options) =>
  compare(title, {
    unit: 'messages/s',
    ours: { name: ours.version, measure: through(ours, broker, options) },
    theirs: { name: theirs.version, measure: through(theirs, broker, options) },
  });

const throughputOfBridge = (title, { theirs }, broker, options) =>
  compare(title, {
    unit: 'messages/s',
    ours: { name: 'wasmqtt-server', measure: withBridge(broker, (bridge) => through(bridge, broker, options)) },
    theirs: { name: theirs.version, measure: through(theirs, broker, options) },
  });

// Messages a second that a page's `message` callback sees of what a device publishes to the broker.
const throughToPage = (relay, broker, library, options) => async () => {
  const device = await startDevice(broker);
  try {
    const url = `ws://127.0.0.1:${relay.webSocketPort}/mqtt`;
    return await chromium.run(library, 'receiveFromDevice', { url, seconds: 2 * seconds, ...options });
  } finally {
    await device.stop();
  }
};

// Microseconds of its processor that a relay uses for a message, at a rate that it easily keeps up with.
const cost = (relay, broker) => async () => {
  const before = cpuSeconds(relay.pid);
  const account = await load(relay, {
    transport: 'ws',
    'publisher-port': broker.tcpPort,
    rate: 10_000,
    seconds: 2,
    'warm-up': 0,
  });
  // websockify's process for the connection counts once its parent has noticed its end.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return ((cpuSeconds(relay.pid) - before) * 1e6) / account.received;
};

// What a relay adds to the latencies of the broker itself, of rounds in turns.
async function addedLatency({ ours, theirs }, broker) {
  const latencies = { direct: [], ours: [], bridge: [], theirs: [] };
  const paced = { rate: 10_000, seconds: 1, 'warm-up': 0.2 };
  const toRelay = { ...paced, transport: 'ws', 'publisher-port': broker.tcpPort };
  for (let i = 0; i < rounds; ++i) {
    latencies.direct.push((await load(broker, paced)).latency_us);
    latencies.ours.push((await load(ours, toRelay)).latency_us);
    latencies.bridge.push(await withBridge(broker, (bridge) => async () => (await load(bridge, toRelay)).latency_us)());
    latencies.theirs.push((await load(theirs, toRelay)).latency_us);
  }
  const of = (key, share) => median(latencies[key].map((latency) => latency[share]));
  const line = (name, key) => {
    const added = (share) => (key === 'direct' ? '' : rounded(of(key, share) - of('direct', share)));
    return [name, rounded(of(key, 'p50')), added('p50'), rounded(of(key, 'p99')), added('p99')];
  };
  const lines = [
    line(`${broker.version} over TCP`, 'direct'),
    line('through the relay', 'ours'),
    line('through the bridge', 'bridge'),
    line(`through ${theirs.version}`, 'theirs'),
  ];
  return markdown(['10,000 messages/s', 'p50 us', 'added', 'p99 us', 'added'], lines);
}

const chromium = await startChromium();
const broker = await startMosquitto();
const relays = await startRelays(broker);
// mosquitto takes most of the machine; before a broker that takes little, the relays themselves show.
const fastBroker = await startWasmqttServer();
const fastRelays = await startRelays(fastBroker);
try {
  const rows = [
    await throughput('relay before mosquitto, 1:1, 32 bytes', relays, broker, {}),
    await throughput('relay before mosquitto, 1:10, 32 bytes', relays, broker, { subscribers: 10 }),
    await throughputOfBridge('bridge before mosquitto, 1:1, 32 bytes', relays, broker, {}),
    await throughputOfBridge('bridge before mosquitto, 1:10, 32 bytes', relays, broker, { subscribers: 10 }),
    await throughputOfBridge('bridge before mosquitto, 1:100, 32 bytes', relays, broker, { subscribers: 100 }),
    await throughput('relay before wasmqtt-server, 1:1, 32 bytes', fastRelays, fastBroker, {}),
    await throughput('relay before wasmqtt-server, 1:10, 32 bytes', fastRelays, fastBroker, { subscribers: 10 }),
    await compare('device over TCP -> mosquitto -> relay -> page in Chromium, 32 bytes', {
      unit: 'messages/s',
      ours: { name: 'wasmqtt', measure: throughToPage(relays.ours, broker, 'wasmqtt', {}) },
      theirs: {
        name: `${relays.theirs.version} + MQTT.js ${MqttClient.VERSION}`,
        measure: throughToPage(relays.theirs, broker, 'mqttjs', { subprotocol: false }),
      },
    }),
    await compare('device over TCP -> mosquitto -> bridge -> page in Chromium, 32 bytes', {
      unit: 'messages/s',
      ours: { name: 'wasmqtt', measure: withBridge(broker, (bridge) => throughToPage(bridge, broker, 'wasmqtt', {})) },
      theirs: {
        name: `${relays.theirs.version} + MQTT.js ${MqttClient.VERSION}`,
        measure: throughToPage(relays.theirs, broker, 'mqttjs', { subprotocol: false }),
      },
    }),
    await compare('relay before mosquitto, 10,000 messages/s: its own processor time', {
      unit: 'us/message',
      higherIsBetter: false,
      ours: { name: relays.ours.version, measure: cost(relays.ours, broker) },
      theirs: { name: relays.theirs.version, measure: cost(relays.theirs, broker) },
    }),
  ];
  const added = await addedLatency(relays, broker);
  report(rows);
  console.log(`\n${added}`);
} finally {
  await chromium.stop();
  for (const server of [relays.ours, relays.theirs, fastRelays.ours, fastRelays.theirs, fastBroker, broker])
    await server.stop();
}
