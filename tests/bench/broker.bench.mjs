// The broker in a tab with its clients, all in one Node process, against aedes with MQTT.js clients over in-memory streams.
import { duplexPair } from 'node:stream';

import { Aedes } from 'aedes';
import mqttjs from 'mqtt';
import { createBroker } from 'wasmqtt/broker';

import { amount, compare, report } from './harness.mjs';

async function inTab() {
  const broker = await createBroker();
  return { connect: () => broker.connect(), close: () => broker.close() };
}

async function aedesInMemory() {
  const broker = await Aedes.createBroker();
  const connect = () =>
    new mqttjs.MqttClient(
      () => {
        const [clientSide, brokerSide] = duplexPair();
        broker.handle(brokerSide);
        return clientSide;
      },
      { clientId: `bench-${Math.random().toString(16).slice(2)}`, keepalive: 0 },
    );
  return { connect, close: () => new Promise((resolve) => broker.close(resolve)) };
}

const connected = (client) =>
  client.connected ? undefined : new Promise((resolve) => client.once('connect', resolve));

// Deliveries a second: one publisher in bursts of 100, `subscribers` that all subscribe to its topic.
async function deliver(start, { messages, subscribers, qos }) {
  const broker = await start();
  const publisher = broker.connect();
  const receivers = Array.from({ length: subscribers }, () => broker.connect());
  await Promise.all([publisher, ...receivers].map(connected));
  let received = 0;
  const wanted = messages * subscribers;
  let finish;
  const finished = new Promise((resolve) => (finish = resolve));
  for (const receiver of receivers) {
    receiver.on('message', () => ++received === wanted && finish());
    await receiver.subscribeAsync('bench/+/1/value', { qos });
  }
  const payload = new Uint8Array(32).fill(120);
  const begin = performance.now();
  let sent = 0;
  const burst = () => {
    // What is on the way is bounded, as in an application that draws what it gets.
    if (sent * subscribers - received < 10_000) {
      for (let i = 0; i < 100 && sent < messages; ++i, ++sent)
        publisher.publish('bench/device/1/value', payload, { qos });
    }
    if (sent < messages) setImmediate(burst);
  };
  burst();
  await finished;
  const seconds = (performance.now() - begin) / 1000;
  for (const client of [publisher, ...receivers]) await client.endAsync(true);
  await broker.close();
  return wanted / seconds;
}

const pair = (options, ours, theirs) => ({
  unit: 'messages/s',
  ours: { name: 'wasmqtt', measure: () => deliver(inTab, { ...options, messages: amount(ours) }) },
  theirs: { name: 'aedes + MQTT.js', measure: () => deliver(aedesInMemory, { ...options, messages: amount(theirs) }) },
});

const rows = [
  await compare('In one process 1:1, QoS 0', pair({ subscribers: 1, qos: 0 }, 1_000_000, 100_000)),
  await compare('In one process 1:10, QoS 0', pair({ subscribers: 10, qos: 0 }, 200_000, 20_000)),
  await compare('In one process 1:1, QoS 1', pair({ subscribers: 1, qos: 1 }, 300_000, 30_000)),
];
report(rows);
