// From connect() called to CONNACK handled, the start of WebAssembly included: in a fresh Node process, and in a fresh page of
// Chromium.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { MqttClient } from 'mqtt';

import { startChromium } from './chromium.mjs';
import { compare, report } from './harness.mjs';
import { startWasmqttServer } from './servers.mjs';

const run = promisify(execFile);
const repeats = Number(process.env.BENCH_REPEATS ?? 41);
const [chromium, server] = await Promise.all([startChromium(), startWasmqttServer()]);
const url = `ws://127.0.0.1:${server.webSocketPort}/mqtt`;

const inNode = (library) => async () =>
  Number((await run(process.execPath, ['tests/bench/connect-once.mjs', library, url])).stdout);
const inPage = (library) => () => chromium.run(library, 'connectOnce', { url });
const contest = (ours, theirs) => ({
  unit: 'ms',
  higherIsBetter: false,
  repeats,
  ours: { name: 'wasmqtt', measure: ours },
  theirs: { name: `MQTT.js ${MqttClient.VERSION}`, measure: theirs },
});

try {
  report([
    await compare('Node: from connect() to CONNACK', contest(inNode('wasmqtt'), inNode('mqtt'))),
    await compare('Chromium: from connect() to CONNACK', contest(inPage('wasmqtt'), inPage('mqttjs'))),
  ]);
} finally {
  await chromium.stop();
  await server.stop();
}
