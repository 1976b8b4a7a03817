// The client against MQTT.js in Node: what reaches the `message` callback, and what a burst of publish() costs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import * as mqttjs from 'mqtt';
import * as wasmqtt from 'wasmqtt';

import { compare, table } from './harness.mjs';
import { startWasmqttServer } from './servers.mjs';

const contestants = { ours: ['wasmqtt', wasmqtt], theirs: [`MQTT.js ${mqttjs.MqttClient.VERSION}`, mqttjs] };

// Messages a second from the first to the last of a stream that a process of its own sends.
async function receive(library, { messages, perFrame }) {
  const feeder = spawn(process.execPath, ['tests/bench/feeder.mjs', messages, perFrame].map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(feeder.stdout, 'data');
  const client = await library.connectAsync(`ws://127.0.0.1:${Number(port)}/mqtt`);
  const seconds = await new Promise((resolve) => {
    let received = 0;
    let begin = 0;
    client.on('message', () => {
      if (received === 0) begin = performance.now();
      if (++received === messages) resolve((performance.now() - begin) / 1000);
    });
    client.subscribe('bench/#');
  });
  client.end(true);
  feeder.kill();
  await once(feeder, 'exit');
  return messages / seconds;
}

// Messages a second that leave in bursts of a hundred, each burst in a task of its own.
async function publishBursts(library, url, { messages }) {
  const client = await library.connectAsync(url);
  const payload = new Uint8Array(32).fill(120);
  const begin = performance.now();
  await new Promise((resolve) => {
    let done = 0;
    const count = () => ++done === messages && resolve();
    let started = 0;
    const burst = () => {
      for (let i = 0; i < 100; ++i) client.publish('bench/device/1/value', payload, count);
      started += 100;
      if (started < messages) setImmediate(burst);
    };
    burst();
  });
  const seconds = (performance.now() - begin) / 1000;
  await client.endAsync();
  return messages / seconds;
}

// Messages a second that are acknowledged, a hundred of them on the way at any time.
async function publishAcknowledged(library, url, { messages }) {
  const client = await library.connectAsync(url);
  const begin = performance.now();
  await new Promise((resolve, reject) => {
    let started = 0;
    let done = 0;
    const next = (error) => {
      if (error) return reject(error);
      if (++done === messages) return resolve();
      if (started < messages) start();
    };
    const start = () => {
      ++started;
      client.publish('bench/device/1/value', 'x'.repeat(32), { qos: 1 }, next);
    };
    for (let i = 0; i < 100; ++i) start();
  });
  const seconds = (performance.now() - begin) / 1000;
  await client.endAsync();
  return messages / seconds;
}

// The peer gets as many messages as it takes about as long for.
function pair(measure, ours, theirs) {
  const contestant = (key, options) => {
    const [name, library] = contestants[key];
    return { name, measure: () => measure(library, options) };
  };
  return { unit: 'messages/s', ours: contestant('ours', ours), theirs: contestant('theirs', theirs) };
}

const rows = [];
const packed = (messages) => ({ messages, perFrame: 250 });
const single = (messages) => ({ messages, perFrame: 1 });
rows.push(await compare('Node: receive, 32 octets, 250 messages a frame', pair(receive, packed(2_000_000), packed(500_000))));
rows.push(await compare('Node: receive, 32 octets, one message a frame', pair(receive, single(200_000), single(100_000))));

const server = await startWasmqttServer();
const url = `ws://127.0.0.1:${server.webSocketPort}/mqtt`;
const bursts = (library, options) => publishBursts(library, url, options);
const acknowledged = (library, options) => publishAcknowledged(library, url, options);
rows.push(await compare('Node: publish QoS 0, bursts of 100', pair(bursts, { messages: 1_000_000 }, { messages: 200_000 })));
rows.push(await compare('Node: publish QoS 1, 100 in flight', pair(acknowledged, { messages: 200_000 }, { messages: 50_000 })));
await server.stop();

console.log(`\n${table(rows)}`);
