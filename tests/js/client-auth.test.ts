// Enhanced authentication (5.0): the server's AUTH comes to handleAuth(), whose answer goes back.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, type AuthPacket, type MqttClient } from 'wasmqtt';

import { nextEvent, settled } from '../support/events.ts';
import { ScriptServer, type ScriptSocket } from '../support/script-transport.ts';

const CONTINUE = 0x18;

let server: ScriptServer;
let client: MqttClient;

beforeEach(() => {
  server = new ScriptServer(5);
  client = connect('ws://server.test', {
    createWebsocket: server.createWebsocket,
    protocolVersion: 5,
    reconnectPeriod: 0,
    properties: { authenticationMethod: 'SCRAM-SHA-1', authenticationData: Buffer.from('client first') },
  });
});

afterEach(() => client.endAsync(true));

async function challenged(): Promise<ScriptSocket> {
  const socket = await server.dialled();
  socket.open();
  const { properties } = await socket.next('connect');
  expect(properties).toMatchObject({
    authenticationMethod: 'SCRAM-SHA-1',
    authenticationData: Buffer.from('client first'),
  });
  socket.say({
    cmd: 'auth',
    reasonCode: CONTINUE,
    properties: { authenticationMethod: 'SCRAM-SHA-1', authenticationData: Buffer.from('server first') },
  });
  return socket;
}

describe('handleAuth()', () => {
  it.each([true, false])('answers the server, which accepts then (at once: %s)', async (atOnce) => {
    const packets: AuthPacket[] = [];
    client.handleAuth = (packet, callback) => {
      packets.push(packet);
      const answer: AuthPacket = {
        cmd: 'auth',
        reasonCode: CONTINUE,
        properties: { authenticationMethod: 'SCRAM-SHA-1', authenticationData: Buffer.from('client final') },
      };
      if (atOnce) callback(null, answer);
      else setImmediate(() => callback(undefined, answer));
    };
    const connecting = nextEvent(client, 'connect');
    const socket = await challenged();
    expect(await socket.next('auth')).toMatchObject({
      reasonCode: CONTINUE,
      properties: { authenticationMethod: 'SCRAM-SHA-1', authenticationData: Buffer.from('client final') },
    });
    socket.say({
      cmd: 'connack',
      sessionPresent: false,
      reasonCode: 0,
      properties: { authenticationMethod: 'SCRAM-SHA-1', authenticationData: Buffer.from('server final') },
    });
    await connecting;
    expect(packets).toHaveLength(1);
    expect(packets[0]).toMatchObject({ cmd: 'auth', reasonCode: CONTINUE });
    expect(String(packets[0]!.properties!.authenticationData)).toBe('server first');
  });

  it('says nothing to a connection that is not the one that asked', async () => {
    let answer!: () => void;
    const asked = new Promise<void>((resolve) => {
      client.handleAuth = (_packet, callback) => {
        answer = () => callback(null, { cmd: 'auth', reasonCode: CONTINUE, properties: {} });
        resolve();
      };
    });
    const errors: Error[] = [];
    client.on('error', (error) => errors.push(error));
    const socket = await challenged();
    await asked;
    const closing = nextEvent(client, 'close');
    socket.drop();
    await closing;
    client.reconnect();
    const next = await server.dialled();
    next.open();
    await next.next('connect');
    answer();
    await settled();
    expect(next.has('auth')).toBe(false);
    expect(errors).toEqual([]);
  });

  it('ends the attempt when it gives an error', async () => {
    client.handleAuth = (_packet, callback) => callback(new Error('this is not my server'));
    const failing = nextEvent<[Error]>(client, 'error');
    const closing = nextEvent(client, 'close');
    await challenged();
    expect((await failing)[0].message).toBe('this is not my server');
    await closing;
  });

  it('ends the attempt, and says what to do, when nobody has overridden it', async () => {
    const failing = nextEvent<[Error]>(client, 'error');
    const closing = nextEvent(client, 'close');
    await challenged();
    expect((await failing)[0].message).toMatch(/asks for enhanced authentication: override client\.handleAuth/);
    await closing;
  });

  it('ends the attempt when its answer is nothing that MQTT can say', async () => {
    client.handleAuth = (_packet, callback) =>
      callback(null, { cmd: 'auth', reasonCode: CONTINUE, properties: { authenticationData: 5 as never } });
    const failing = nextEvent<[Error]>(client, 'error');
    const closing = nextEvent(client, 'close');
    await challenged();
    expect((await failing)[0].message).toMatch(/authenticationData must be a Uint8Array/);
    await closing;
  });
});
