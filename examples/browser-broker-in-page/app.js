// A whole broker in this page: a thermometer and a display talk through it, without a server and without a network.
import { createBroker } from 'wasmqtt/broker';

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
let clients = 0;

const broker = createBroker();
broker.on('clientConnected', () => (element('clients').textContent = `${++clients}`));

const display = broker.connect({ clientId: 'display' });
display.on('message', (topic, payload) =>
  element('messages').append(Object.assign(document.createElement('li'), { textContent: `${topic}: ${payload}` })),
);
display.subscribe('room/+/temperature');

const thermometer = broker.connect({ clientId: 'thermometer' });
setInterval(
  () => thermometer.publish('room/kitchen/temperature', (20 + 2 * Math.random()).toFixed(1), { retain: true }),
  1000,
);

// Other MQTT libraries reach the same broker through a class like the browser's own: `new broker.WebSocket(url, 'mqtt')`.
Object.assign(window, { broker });
