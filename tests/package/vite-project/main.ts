// What an application does with the package: a broker in the page, a client of it, and a client over (that broker's)
// WebSocket.
import mqtt, { connectAsync, type IClientOptions, type MqttClient } from 'wasmqtt';
import { createBroker } from 'wasmqtt/broker';

async function run(): Promise<string> {
  const broker = createBroker();
  const options: IClientOptions = { createWebsocket: (url, protocols) => new broker.WebSocket(url, protocols) };
  const sender: MqttClient = await connectAsync('ws://in-tab/', options);
  const receiver = broker.connect({ protocolVersion: 5 });
  const arriving = new Promise<string>((resolve) => {
    receiver.on('message', (topic, payload, packet) => resolve(`${topic} ${payload.toString()} ${packet.qos}`));
  });
  await receiver.subscribeAsync('a/#', { qos: 2 });
  await sender.publishAsync('a/b', 'hello', { qos: 2 });
  return `${await arriving} ${typeof mqtt.connect}`;
}

run().then(
  (result) => (document.title = result),
  (error: Error) => (document.title = error.message),
);
