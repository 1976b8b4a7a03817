// The client against MQTT.js, and against a bare WebSocket handler, in headless Chromium. Each measure has a fresh page.
import mqttPacket from 'mqtt-packet';
import { MqttClient } from 'mqtt';

import { startChromium } from './chromium.mjs';
import { amount, compare, report } from './harness.mjs';
import { startFeeder, startWasmqttServer } from './servers.mjs';

const handshake = {
  connect: [...mqttPacket.generate({ cmd: 'connect', clientId: 'bare', keepalive: 0, clean: true })],
  subscribe: [
    ...mqttPacket.generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'bench/#', qos: 0 }] }),
  ],
};
const [chromium, server] = await Promise.all([startChromium(), startWasmqttServer()]);
console.log(chromium.version);

async function fed(library, workload, messages, perFrame) {
  const feeder = await startFeeder(messages, perFrame);
  try {
    return await chromium.run(library, workload, { url: feeder.url, messages, perFrame, ...handshake });
  } finally {
    await feeder.stop();
  }
}

const url = `ws://127.0.0.1:${server.webSocketPort}/mqtt`;
const receiving = (library, messages, perFrame) => () => fed(library, 'receive', amount(messages), perFrame);
const counting = (messages, perFrame) => () => fed('none', 'receiveBare', amount(messages), perFrame);
const publishing = (library, workload, messages) => () =>
  chromium.run(library, workload, { url, messages: amount(messages) });
const against = (name) => (title, ours, theirs) =>
  compare(`Chromium: ${title}`, {
    unit: 'messages/s',
    ours: { name: 'wasmqtt', measure: ours },
    theirs: { name, measure: theirs },
  });
const againstMqttjs = against(`MQTT.js ${MqttClient.VERSION}`);
const againstBare = against('bare WebSocket');

const rows = [];
try {
  const [packed, single] = ['receive, 32 bytes, 250 messages a frame', 'receive, 32 bytes, one message a frame'];
  rows.push(
    await againstMqttjs(packed, receiving('wasmqtt', 2_000_000, 250), receiving('mqttjs', 100_000, 250)),
    await againstBare(packed, receiving('wasmqtt', 2_000_000, 250), counting(2_000_000, 250)),
    await againstBare(single, receiving('wasmqtt', 60_000, 1), counting(60_000, 1)),
    await againstMqttjs(single, receiving('wasmqtt', 60_000, 1), receiving('mqttjs', 60_000, 1)),
    await againstMqttjs(
      'publish QoS 0, bursts of 100',
      publishing('wasmqtt', 'publishBursts', 1_000_000),
      publishing('mqttjs', 'publishBursts', 40_000),
    ),
    await againstMqttjs(
      'publish QoS 1, 100 in flight',
      publishing('wasmqtt', 'publishAcknowledged', 200_000),
      publishing('mqttjs', 'publishAcknowledged', 30_000),
    ),
  );
} finally {
  await chromium.stop();
  await server.stop();
}
report(rows);
