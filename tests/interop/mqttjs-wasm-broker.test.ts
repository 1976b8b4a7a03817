// MQTT.js, unmodified, over TCP to the Wasm broker: broker.handle() behind a net.Server.
import { createServer, type AddressInfo, type Server } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { createBroker, type Broker } from 'wasmqtt/broker';

import { Collector, nextEvent } from '../support/events.ts';

let broker: Broker;
let server: Server;
let url: string;
let clients: MqttClient[];

beforeEach(async () => {
  broker = createBroker();
  server = createServer((socket) => broker.handle(socket));
  server.listen(0, '127.0.0.1');
  await nextEvent(server, 'listening');
  url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
  clients = [];
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.endAsync(true)));
  await broker.close();
  await new Promise((resolve) => server.close(resolve));
});

async function connected(options: IClientOptions): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, options);
  clients.push(client);
  return client;
}

describe.each([4, 5] as const)('MQTT.js over TCP, protocol version %i', (protocolVersion) => {
  it('exchanges messages of every QoS', async () => {
    const [sender, receiver] = await Promise.all([connected({ protocolVersion }), connected({ protocolVersion })]);
    const messages = new Collector<[string, number]>();
    receiver.on('message', (_topic, payload, { qos }) => messages.add([payload.toString(), qos]));
    await receiver.subscribeAsync('a/#', { qos: 2 });
    for (const qos of [0, 1, 2] as const) await sender.publishAsync('a/b', `qos ${qos}`, { qos });
    expect(await messages.first(3)).toEqual([
      ['qos 0', 0],
      ['qos 1', 1],
      ['qos 2', 2],
    ]);
  });

  it('finds its session again, with what came while it was away', async () => {
    const options = { protocolVersion, clientId: 'me', clean: false, properties: { sessionExpiryInterval: 60 } };
    const first = await connected(options);
    await first.subscribeAsync('a', { qos: 1 });
    await first.endAsync();
    await broker.publish('a', 'while away', { qos: 1 });
    const again = mqtt.connect(url, options);
    clients.push(again);
    const arriving = nextEvent<[string, Buffer]>(again, 'message');
    expect((await arriving)[1].toString()).toBe('while away');
  });

  it('moves thousands of messages in order', async () => {
    const client = await connected({ protocolVersion });
    const messages = new Collector<number>();
    client.on('message', (_topic, payload) => messages.add(Number(payload.toString())));
    await client.subscribeAsync('a', { qos: 1 });
    for (let count = 0; count < 5000; ++count) client.publish('a', String(count), { qos: 1 });
    expect(await messages.first(5000)).toEqual([...Array(5000).keys()]);
  });
});

describe('MQTT.js with 5.0', () => {
  it('sees the properties of messages, and topic aliases resolved', async () => {
    const client = await connected({
      protocolVersion: 5,
      properties: { topicAliasMaximum: 10 },
      autoAssignTopicAlias: true,
    });
    const messages = new Collector<[string, unknown]>();
    client.on('message', (topic, _payload, { properties }) => messages.add([topic, { ...properties?.userProperties }]));
    await client.subscribeAsync('a/long/topic');
    for (const count of ['1', '2']) {
      await client.publishAsync('a/long/topic', '', { properties: { userProperties: { count } } });
    }
    expect(await messages.first(2)).toEqual([
      ['a/long/topic', { count: '1' }],
      ['a/long/topic', { count: '2' }],
    ]);
  });
});

describe.each([4, 5] as const)('MQTT.js over TCP, where the application decides, protocol version %i', (version) => {
  const protocol = { protocolVersion: version };
  let deciding: Broker;

  beforeEach(() => {
    deciding = createBroker({
      authenticate: async ({ username, password }) =>
        password?.toString() === 'secret' && { publish: [`from/${username}`], subscribe: [`to/${username}/#`] },
    });
    server.removeAllListeners('connection').on('connection', (socket) => deciding.handle(socket));
  });

  afterEach(async () => {
    await Promise.all(clients.map((client) => client.endAsync(true)));
    await deciding.close();
  });

  it('is refused with a wrong password', async () => {
    const connecting = connected({ ...protocol, username: 'joe', password: 'wrong', reconnectPeriod: 0 });
    await expect(connecting).rejects.toMatchObject({ code: version === 5 ? 0x87 : 5 });
  });

  it('publishes and subscribes to what it may, and to nothing else', async () => {
    const seen = new Collector<string>();
    deciding.on('publish', (_clientId, { topic }) => seen.add(topic));
    const client = await connected({ ...protocol, username: 'joe', password: 'secret' });
    await client.subscribeAsync('to/joe/+');
    await expect(client.subscribeAsync('#')).rejects.toThrow(version === 5 ? 'Not authorized' : 'Unspecified error');
    // Before 5.0 a refusal has no word: the message is acknowledged and goes nowhere.
    const refused = client.publishAsync('from/ann', '', { qos: 1 });
    if (version === 5) await expect(refused).rejects.toMatchObject({ code: 0x87 });
    else await refused;
    await client.publishAsync('from/joe', '', { qos: 1 });
    expect(seen.items).toEqual(['from/joe']);
  });
});
