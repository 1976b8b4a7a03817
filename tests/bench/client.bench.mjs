// The client against MQTT.js in Node: what reaches the `message` callback, and what a burst of publish() costs.
import * as mqttjs from 'mqtt';
import * as wasmqtt from 'wasmqtt';

import { publishAcknowledged, publishBursts, receive } from './client-workloads.mjs';
import { amount, compare, report } from './harness.mjs';
import { startFeeder, startWasmqttServer } from './servers.mjs';

// Both take as many messages as they need about the same time for.
function pair(workload, ours, theirs) {
  return {
    unit: 'messages/s',
    ours: { name: 'wasmqtt', measure: () => workload(wasmqtt, amount(ours)) },
    theirs: { name: `MQTT.js ${mqttjs.MqttClient.VERSION}`, measure: () => workload(mqttjs, amount(theirs)) },
  };
}

const fed = (perFrame) => async (library, messages) => {
  const feeder = await startFeeder(messages, perFrame);
  const rate = await receive(library, { url: feeder.url, messages });
  await feeder.stop();
  return rate;
};

const server = await startWasmqttServer();
const url = `ws://127.0.0.1:${server.webSocketPort}/mqtt`;
const bursts = (library, messages) => publishBursts(library, { url, messages });
const acknowledged = (library, messages) => publishAcknowledged(library, { url, messages });
const rows = [
  await compare('Node: receive, 32 bytes, 250 messages a frame', pair(fed(250), 2_000_000, 500_000)),
  await compare('Node: receive, 32 bytes, one message a frame', pair(fed(1), 200_000, 100_000)),
  await compare('Node: publish QoS 0, bursts of 100', pair(bursts, 1_000_000, 200_000)),
  await compare('Node: publish QoS 1, 100 in flight', pair(acknowledged, 200_000, 50_000)),
];
await server.stop();
report(rows);
