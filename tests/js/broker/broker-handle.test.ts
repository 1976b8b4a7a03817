// broker.handle(): the Wasm broker behind a net.Server, for clients and for bytes that no client would send.
import { createServer, connect as connectTcp, type AddressInfo, type Server, type Socket } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { generate } from 'mqtt-packet';
import { connectAsync, type MqttClient } from 'wasmqtt';
import { connectAsync as connectInBrokerModule, createBroker, type Broker, type ClientGone } from 'wasmqtt/broker';

import { Collector, nextEvent } from '../../support/events.ts';

const connectPacket = generate({ cmd: 'connect', clientId: 'wire', protocolVersion: 4, clean: true, keepalive: 0 });

let broker: Broker;
let server: Server;
let port: number;
let clients: MqttClient[];
let sockets: Socket[];

beforeEach(async () => {
  broker = createBroker({ connectTimeout: 200 });
  server = createServer((socket) => broker.handle(socket));
  server.listen(0, '127.0.0.1');
  await nextEvent(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  clients = [];
  sockets = [];
});

afterEach(async () => {
  for (const raw of sockets) raw.destroy();
  await Promise.all(clients.map((client) => client.endAsync(true)));
  await broker.close();
  await new Promise((resolve) => server.close(resolve));
});

async function client(connect = connectAsync): Promise<MqttClient> {
  const made = await connect(`mqtt://127.0.0.1:${port}`);
  clients.push(made);
  return made;
}

async function socket(): Promise<Socket> {
  const made = connectTcp(port, '127.0.0.1');
  sockets.push(made);
  // A reset is a way to be closed, too.
  made.on('error', () => undefined);
  await nextEvent(made, 'connect');
  return made;
}

describe('broker.handle()', () => {
  it.each([
    ["the client's module", connectAsync],
    ["the broker's module", connectInBrokerModule],
  ])('serves clients over TCP that run in %s', async (_name, connect) => {
    const [sender, receiver] = await Promise.all([client(connect), client(connect)]);
    const messages = new Collector<string>();
    receiver.on('message', (_topic, payload) => messages.add(String(payload)));
    await receiver.subscribeAsync('a/#', { qos: 2 });
    for (const qos of [0, 1, 2] as const) await sender.publishAsync('a/b', String(qos), { qos });
    expect(await messages.first(3)).toEqual(['0', '1', '2']);
  });

  it('serves in-tab clients and TCP clients together', async () => {
    const [outside, inside] = await Promise.all([client(), broker.connectAsync()]);
    await inside.subscribeAsync('a');
    const arriving = nextEvent<[string, Uint8Array]>(inside, 'message');
    outside.publish('a', 'from outside');
    expect(String((await arriving)[1])).toBe('from outside');
  });

  it('takes a CONNECT that comes byte by byte', async () => {
    const raw = await socket();
    raw.setNoDelay(true);
    const answering = nextEvent<[Buffer]>(raw, 'data');
    for (const byte of connectPacket) await new Promise((resolve) => raw.write(Uint8Array.of(byte), resolve));
    expect([...(await answering)[0]]).toEqual([0x20, 2, 0, 0]);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['garbage', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff), /./],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: here\r\n\r\n'), /./],
    ['a packet before the CONNECT', generate({ cmd: 'pingreq' }), /CONNECT/],
    ['a second CONNECT', Buffer.concat([connectPacket, connectPacket]), /./],
    ['a PUBLISH to a wildcard', Buffer.concat([connectPacket, Buffer.from([0x30, 3, 0, 1, 0x23])]), /./],
  ])('closes a connection that sends %s, and that one alone, and tells why', async (_name, bytes, reason) => {
    const witness = await client();
    const raw = await socket();
    const going = nextEvent<[ClientGone]>(broker, 'clientDisconnected');
    const closing = nextEvent(raw, 'close');
    raw.resume();
    raw.write(bytes);
    await closing;
    expect((await going)[0]).toMatchObject({ orderly: false, reason: expect.stringMatching(reason) });
    await witness.publishAsync('a', 'still here', { qos: 1 });
  });

  it('answers a protocol version that does not exist with the reason code for it [MQTT-3.1.2-2]', async () => {
    const raw = await socket();
    const answering = nextEvent<[Buffer]>(raw, 'data');
    const closing = nextEvent(raw, 'close');
    const packet = Buffer.from(connectPacket);
    packet[8] = 9;
    raw.write(packet);
    const [connack] = await answering;
    expect([connack[0], connack[3]]).toEqual([0x20, 0x84]);
    await closing;
  });

  it('closes a connection that sends no CONNECT in time', async () => {
    const raw = await socket();
    raw.resume();
    await nextEvent(raw, 'close');
  });

  it('survives a client that is cut off in the middle of a packet', async () => {
    const witness = await client();
    const raw = await socket();
    const going = nextEvent(broker, 'clientDisconnected');
    raw.write(connectPacket.subarray(0, 5), () => raw.resetAndDestroy());
    await going;
    await witness.publishAsync('a', 'still here', { qos: 1 });
  });

  it('drops QoS 0 messages to a client that does not read, and nobody else notices', async () => {
    const slow = await socket();
    slow.pause();
    slow.write(connectPacket);
    slow.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'flood', qos: 0 }] }));
    await nextEvent(broker, 'subscribe');
    const [sender, witness] = await Promise.all([client(), client()]);
    let received = 0;
    witness.on('message', () => ++received);
    await witness.subscribeAsync('flood');
    const payload = new Uint8Array(256 * 1024);
    // 64 MiB: more than the sockets and maximumOutputBytes (16 MiB) hold.
    for (let count = 0; count < 256; ++count) await sender.publishAsync('flood', payload, { qos: 1 });
    await witness.subscribeAsync('end');
    await sender.publishAsync('end', '', { qos: 1 });
    expect(broker.statistics().publishesDropped).toBeGreaterThan(0);
    expect(received).toBeGreaterThanOrEqual(256);
  });

  it('destroys a stream that comes after close()', async () => {
    await broker.close();
    const raw = await socket();
    raw.resume();
    await nextEvent(raw, 'close');
  });
});
