// A broker and a client in the page; the title tells what came back, or what went wrong.
import { createBroker } from '../../../dist/broker.js';

export async function echo() {
  const broker = createBroker();
  await broker.ready;
  const client = await broker.connectAsync();
  const arriving = new Promise((resolve) => client.on('message', (_topic, payload) => resolve(`echo: ${payload}`)));
  await client.subscribeAsync('a');
  client.publish('a', 'hello');
  const answer = await arriving;
  await broker.close();
  return answer;
}

if (typeof document !== 'undefined') {
  document.title = await echo().catch((error) => error.message);
}
