// TypeScript as applications have it for MQTT.js, with nothing but the import changed: it compiles, and does what it
// did.
import { EventEmitter, on, once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import mqtt, {
  connect,
  connectAsync,
  ErrorWithReasonCode,
  ReasonCodes,
  type ClientSubscribeCallback,
  type IClientOptions,
  type IClientPublishOptions,
  type IClientSubscribeOptions,
  type IConnackPacket,
  type IPublishPacket,
  type ISubscriptionGrant,
  type ISubscriptionMap,
  type MqttClient,
  type OnMessageCallback,
  type QoS,
} from 'wasmqtt';
import * as namespace from 'wasmqtt';
import { createBroker, type Broker } from 'wasmqtt/broker';

let broker: Broker;
let server: Server;
let url: string;
const clients: MqttClient[] = [];

beforeEach(async () => {
  broker = createBroker();
  server = createServer((socket) => broker.handle(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
  await broker.close();
  server.close();
});

// A service as people write it.
class Telemetry extends EventEmitter {
  private client: mqtt.MqttClient;
  private handlers: Record<string, OnMessageCallback> = {};

  constructor(address: string, options: IClientOptions) {
    super();
    this.client = mqtt.connect(address, options);
    clients.push(this.client);
    this.client.on('connect', (packet: IConnackPacket) => this.emit('up', packet.sessionPresent));
    this.client.on('error', (error: Error | ErrorWithReasonCode) => this.emit('down', error));
    this.client.on('message', (topic, payload, packet) => this.handlers[topic]?.(topic, payload, packet));
  }

  listen(topic: string, handler: OnMessageCallback): Promise<ISubscriptionGrant[]> {
    this.handlers[topic] = handler;
    const options: IClientSubscribeOptions = { qos: 1 };
    return new Promise((resolve, reject) => {
      const done: ClientSubscribeCallback = (error, granted) => (error ? reject(error) : resolve(granted ?? []));
      this.client.subscribe(topic, options, done);
    });
  }

  send(topic: string, value: object, qos: QoS = 1): Promise<void> {
    const options: IClientPublishOptions = { qos, retain: false };
    return new Promise((resolve, reject) => {
      this.client.publish(topic, JSON.stringify(value), options, (error?: Error) =>
        error ? reject(error) : resolve(),
      );
    });
  }

  stop(done: () => void): void {
    this.client.end(false, {}, done);
  }
}

describe('code for MQTT.js', () => {
  it('in a class of its own, with callbacks', async () => {
    const service = new Telemetry(url, {
      clientId: 'service',
      clean: true,
      reconnectPeriod: 1000,
      reschedulePings: true,
      will: { topic: 'gone', payload: Buffer.from('yes'), qos: 0, retain: false },
    });
    expect(await once(service, 'up')).toEqual([false]);
    const messages: [string, IPublishPacket['qos']][] = [];
    const arriving = new Promise<void>((resolve) => {
      const handler: OnMessageCallback = (_topic, payload, packet) => {
        messages.push([JSON.parse(payload.toString()).value, packet.qos]);
        if (messages.length === 3) resolve();
      };
      void service.listen('t', handler).then(async (granted) => {
        expect(granted).toEqual([{ topic: 't', qos: 1 }]);
        for (const qos of [0, 1, 2] as const) await service.send('t', { value: `v${qos}` }, qos);
      });
    });
    await arriving;
    expect(messages).toEqual([
      ['v0', 0],
      ['v1', 1],
      ['v2', 1],
    ]);
    await new Promise<void>((resolve) => service.stop(resolve));
  });

  it("with promises, and Node's once() and on()", async () => {
    const client = await connectAsync(url, { clientId: 'a' });
    clients.push(client);
    const topics: ISubscriptionMap = { 'a/+': { qos: 2 }, b: { qos: 0 } };
    const granted = await client.subscribeAsync(topics);
    expect(granted.map(({ qos }) => qos)).toEqual([2, 0]);
    const arriving = on(client as unknown as EventEmitter, 'message');
    await client.publishAsync('a/1', 'one', { qos: 1 });
    client.publish('b', 'two');
    const seen: string[] = [];
    for await (const [topic, payload] of arriving) {
      seen.push(`${topic} ${payload}`);
      if (seen.length === 2) break;
    }
    expect(seen).toEqual(['a/1 one', 'b two']);
    await client.unsubscribeAsync(['a/+', 'b']);
    await client.endAsync();
    expect(client).toMatchObject({ connected: false, disconnected: true });
  });

  it.each([true, false])(
    'ends, and comes back with reconnect(), each callback called once (force: %s)',
    async (force) => {
      const client = connect(url);
      clients.push(client);
      await once(client as unknown as EventEmitter, 'connect');
      const calls: string[] = [];
      client.publish('a', 'b', { qos: 1 }, (error) => calls.push(`publish ${error?.message ?? 'done'}`));
      client.subscribe('a', (error) => calls.push(`subscribe ${error?.message ?? 'done'}`));
      client.unsubscribe('a', (error) => calls.push(`unsubscribe ${error?.message ?? 'done'}`));
      await new Promise<void>((resolve) => client.end(force, { reasonCode: 0 }, () => resolve()));
      const result = force ? 'Connection closed' : 'done';
      expect(calls.sort()).toEqual([`publish ${result}`, `subscribe ${result}`, `unsubscribe ${result}`]);
      client.reconnect();
      await once(client as unknown as EventEmitter, 'connect');
      expect(client.connected).toBe(true);
      expect(calls).toHaveLength(3);
    },
  );

  it('that names the types of its arguments, a Buffer among them', async () => {
    const client = await connectAsync(url);
    clients.push(client);
    await client.subscribeAsync('picture');
    const arriving = new Promise<string>((resolve) => {
      client.on('message', (topic: string, message: Buffer, packet: IPublishPacket) => {
        resolve(`${topic} ${message.toString('base64')} ${packet.payload.length}`);
      });
    });
    client.publish('picture', Buffer.of(1, 2, 3));
    expect(await arriving).toBe('picture AQID 3');
  });

  it('tells a reason as a number that ReasonCodes names', async () => {
    const refusal = new ErrorWithReasonCode('Connection refused: Not authorized', 0x87);
    expect(ReasonCodes[refusal.code as keyof typeof ReasonCodes]).toBe('Not authorized');
  });
});

it('the default export has what the namespace has', () => {
  const { default: _itself, ...names } = namespace;
  expect({ ...mqtt }).toEqual(names);
});
