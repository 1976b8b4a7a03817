// Publishes to nobody and tells `stored`; opened once more, as `?again`, it has a broker, and tells what arrives there.
import { createBroker } from '../../../dist/broker.js';
import { connect } from '../../../dist/index.js';
import { indexedDbStore } from '../../../dist/indexed-db-store.js';

const isAgain = location.search === '?again';
const broker = createBroker();
const options = {
  clean: false,
  clientId: 'page',
  sessionStore: indexedDbStore('page'),
  createWebsocket: (/** @type {string} */ url, /** @type {string[]} */ subprotocols) => {
    if (!isAgain) throw new Error('nobody is there');
    return new broker.WebSocket(url, subprotocols);
  },
};

if (isAgain) {
  const witness = await broker.connectAsync();
  witness.on('message', (topic, payload) => (document.title = `${topic}: ${payload.toString()}`));
  await witness.subscribeAsync('#', { qos: 2 });
}
const client = connect('ws://in-tab/', options);
client.on('error', (error) => {
  if (error.message.includes('another client')) document.title = error.message;
});
if (!isAgain) {
  client.publish('kept', 'over a reload', { qos: 2, cbStorePut: () => (document.title = 'stored') });
}
