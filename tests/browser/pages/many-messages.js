// The package's own client over broker.WebSocket: the title tells how many messages came, and whether they came in
// order.
import { createBroker } from '../../../dist/broker.js';
import { connectAsync } from '../../../dist/index.js';

const total = 200_000;
const broker = createBroker();
const client = await connectAsync('ws://in-tab/', {
  createWebsocket: (url, subprotocols) => new broker.WebSocket(url, subprotocols),
});
let next = 0;
client.on('message', (_topic, payload) => {
  if (Number(payload) !== next) document.title = `${payload} came instead of ${next}`;
  next += 1;
  if (next === total) document.title = `${total} in order`;
});
await client.subscribeAsync('a', { qos: 1 });
for (let sent = 0; sent < total; sent += 1000) {
  await Promise.all(
    Array.from({ length: 1000 }, (_, at) => client.publishAsync('a', String(sent + at), { qos: at % 2 ? 1 : 0 })),
  );
}
