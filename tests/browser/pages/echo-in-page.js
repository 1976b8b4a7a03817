// A broker in the page, a client of it and one that comes by WebSocket; the title tells what came back, or what went
// wrong.
import { connectAsync, createBroker } from '../../../dist/broker.js';

export async function echo() {
  const broker = createBroker();
  await broker.ready;
  const client = await broker.connectAsync();
  const arriving = new Promise((resolve) => client.on('message', (_topic, payload) => resolve(`echo: ${payload}`)));
  await client.subscribeAsync('a');
  const visitor = await connectAsync('ws://in-tab/', {
    createWebsocket: (url, subprotocols) => new broker.WebSocket(url, subprotocols),
  });
  visitor.publish('a', 'hello');
  const answer = await arriving;
  await visitor.endAsync();
  await broker.close();
  return answer;
}

if (typeof document !== 'undefined') {
  document.title = await echo().catch((error) => error.message);
}
