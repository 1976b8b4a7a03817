// What arrives in Node is a Buffer to code that was written for one.
import { inspect } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectAsync, Payload, type MqttClient, type PublishPacket } from 'wasmqtt';

import { nextEvent } from '../../support/events.ts';
import { ScriptServer } from '../../support/script-transport.ts';

const bytes = Uint8Array.of(0x12, 0x34, 0xff, 0x00, 0x41);
let client: MqttClient;
let payload: Buffer;

beforeEach(async () => {
  const server = new ScriptServer(5);
  const { createWebsocket } = server;
  const connecting = connectAsync('ws://server.test', { createWebsocket, protocolVersion: 5, reconnectPeriod: 0 });
  const socket = await server.accepted();
  client = await connecting;
  const arriving = nextEvent<[string, Buffer, PublishPacket]>(client, 'message');
  const properties = { correlationData: Buffer.from(bytes) };
  socket.say({
    cmd: 'publish',
    topic: 't',
    payload: Buffer.from(bytes),
    qos: 0,
    retain: false,
    dup: false,
    properties,
  });
  const [, received, packet] = await arriving;
  expect(Buffer.isBuffer(packet.payload)).toBe(true);
  expect(Buffer.isBuffer(packet.properties?.correlationData)).toBe(true);
  payload = received;
});

afterEach(() => client.endAsync(true));

describe('a payload in Node', () => {
  it('is a Buffer, a Payload and a Uint8Array', () => {
    expect(Buffer.isBuffer(payload)).toBe(true);
    expect(payload).toBeInstanceOf(Buffer);
    expect(payload).toBeInstanceOf(Payload);
    expect(payload).toBeInstanceOf(Uint8Array);
    expect(inspect(payload)).toBe('<Payload 12 34 ff 00 41>');
  });

  it('has the methods of a Buffer', () => {
    expect(payload.readUInt16BE(0)).toBe(0x1234);
    expect(payload.equals(bytes)).toBe(true);
    expect(payload.indexOf('A')).toBe(4);
    expect(Buffer.concat([payload, payload])).toHaveLength(10);
    for (const encoding of ['utf8', 'base64', 'hex', 'utf16le'] as const)
      expect(payload.toString(encoding)).toBe(Buffer.from(bytes).toString(encoding));
    expect(payload.toString('latin1', 4)).toBe('A');
    expect(JSON.stringify(payload)).toBe(JSON.stringify(Buffer.from(bytes)));
  });

  it('is copied by slice(), so that a part does not keep the frame it came in', () => {
    const part = payload.slice(0, 2);
    expect(part).toEqual(Buffer.of(0x12, 0x34));
    expect(part.buffer.byteLength).toBe(2);
    expect(Buffer.isBuffer(part)).toBe(true);
  });
});
