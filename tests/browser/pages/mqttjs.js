// MQTT.js publishes to itself at each QoS through the broker in this page; the title tells the QoS of what arrived.
import { createBroker } from '../../../dist/broker.js';
// @ts-expect-error: the browser build has no types of its own
import mqtt from '../../../node_modules/mqtt/dist/mqtt.esm.js';

const broker = createBroker();
const client = await mqtt.connectAsync('ws://in-tab/', {
  createWebsocket: (/** @type {string} */ url, /** @type {string[]} */ subprotocols) =>
    new broker.WebSocket(url, subprotocols),
});
/** @type {number[]} */
const arrived = [];
client.on(
  'message',
  (/** @type {string} */ _topic, /** @type {Uint8Array} */ _payload, /** @type {{ qos: number }} */ packet) => {
    arrived.push(packet.qos);
    if (arrived.length === 3) document.title = arrived.join(' ');
  },
);
await client.subscribeAsync('a', { qos: 2 });
for (const qos of [0, 1, 2]) await client.publishAsync('a', 'text', { qos });
