// Paho publishes to itself at each QoS through the broker in this page; the title tells the QoS of what arrived.
import { createBroker } from '../../../dist/broker.js';

const broker = createBroker();
Object.assign(globalThis, { WebSocket: broker.WebSocket });
const { Paho } = /** @type {any} */ (globalThis);
const client = new Paho.Client('in-tab', 80, '/mqtt', 'paho');
/** @type {number[]} */
const arrived = [];
client.onMessageArrived = (/** @type {{ qos: number }} */ message) => {
  arrived.push(message.qos);
  if (arrived.length === 3) document.title = arrived.sort().join(' ');
};
client.connect({
  onSuccess: () =>
    client.subscribe('a', {
      qos: 2,
      onSuccess: () => {
        for (const qos of [0, 1, 2]) client.send('a', 'text', qos);
      },
    }),
});
