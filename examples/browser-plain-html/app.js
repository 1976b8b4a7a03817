// Shows whatever arrives below example/, and publishes what is typed.
import { connect } from 'wasmqtt';

const broker = new URLSearchParams(location.search).get('broker') ?? 'ws://localhost:8083/mqtt';
const element = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (document.getElementById(id));

const client = connect(broker);
client.on('connect', () => (element('state').textContent = 'connected'));
client.on('close', ({ code, reason }) => (element('state').textContent = `lost (${code} ${reason})`));
client.subscribe('example/#');
client.on('message', (topic, payload) =>
  element('messages').append(Object.assign(document.createElement('li'), { textContent: `${topic}: ${payload}` })),
);
element('send').addEventListener('submit', (event) => {
  event.preventDefault();
  client.publish('example/hello', element('text').value, { qos: 1 });
});
