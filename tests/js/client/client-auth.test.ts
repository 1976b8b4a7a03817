// Enhanced authentication (5.0): the server's AUTH comes to handleAuth(), whose answer goes back.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connect, type AuthPacket, type MqttClient } from 'wasmqtt';

import { nextEvent, settled } from '../../support/events.ts';
import { ScriptServer, type ScriptSocket } from '../../support/script-transport.ts';

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

  it('ends the attempt when it gives nothing to say', async () => {
    client.handleAuth = (_packet, callback) => callback();
    const failing = nextEvent<[Error]>(client, 'error');
    const closing = nextEvent(client, 'close');
    await challenged();
    expect((await failing)[0].message).toMatch(/handleAuth\(\) answered nothing/);
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

describe('reauthenticate()', () => {
  const method = { authenticationMethod: 'SCRAM-SHA-1' };

  async function connected(): Promise<ScriptSocket> {
    const connecting = nextEvent(client, 'connect');
    const socket = await server.dialled();
    await socket.accept({ properties: method });
    await connecting;
    return socket;
  }

  it('authenticates again, and resolves with what the server says last', async () => {
    const answers: AuthPacket[] = [];
    client.handleAuth = (packet, callback) => {
      answers.push(packet);
      callback(null, { cmd: 'auth', reasonCode: CONTINUE, properties: { authenticationData: Buffer.from('me') } });
    };
    const socket = await connected();
    const again = client.reauthenticate({
      authenticationData: Buffer.from('again'),
      reasonString: 'a new token',
      userProperties: { token: '2' },
    });
    expect(await socket.next('auth')).toMatchObject({
      reasonCode: 0x19,
      properties: {
        ...method,
        authenticationData: Buffer.from('again'),
        reasonString: 'a new token',
        userProperties: { token: '2' },
      },
    });
    socket.say({
      cmd: 'auth',
      reasonCode: CONTINUE,
      properties: { ...method, authenticationData: Buffer.from('who?') },
    });
    expect(await socket.next('auth')).toMatchObject({
      reasonCode: CONTINUE,
      properties: { ...method, authenticationData: Buffer.from('me') },
    });
    socket.say({ cmd: 'auth', reasonCode: 0, properties: { ...method, authenticationData: Buffer.from('welcome') } });
    const { reasonCode, properties } = await again;
    expect(reasonCode).toBe(0);
    expect(String(properties?.authenticationData)).toBe('welcome');
    expect(answers.map((packet) => packet.reasonCode)).toEqual([CONTINUE, 0]);
    expect(socket.has('auth')).toBe(false);
    expect(client.connected).toBe(true);
  });

  it('needs no handleAuth() where the server asks nothing, and may come again', async () => {
    const socket = await connected();
    for (let time = 0; time < 2; ++time) {
      const again = client.reauthenticate();
      expect(await socket.next('auth')).toMatchObject({ reasonCode: 0x19, properties: method });
      socket.say({ cmd: 'auth', reasonCode: 0, properties: method });
      expect(await again).toMatchObject({ cmd: 'auth', reasonCode: 0 });
    }
  });

  it('rejects when the server refuses', async () => {
    const socket = await connected();
    const refused = expect(client.reauthenticate()).rejects.toMatchObject({ code: 0x87, name: 'ErrorWithReasonCode' });
    await socket.next('auth');
    socket.say({ cmd: 'disconnect', reasonCode: 0x87 });
    await refused;
  });

  it('rejects when the connection is lost', async () => {
    const socket = await connected();
    const lost = expect(client.reauthenticate()).rejects.toMatchObject({ code: 'ERR_MQTT_CONNECTION_CLOSED' });
    await socket.next('auth');
    socket.drop();
    await lost;
  });

  it('is done once at a time', async () => {
    const socket = await connected();
    const first = client.reauthenticate();
    await expect(client.reauthenticate()).rejects.toThrow(/authenticating again already/);
    await socket.next('auth');
    socket.say({ cmd: 'auth', reasonCode: 0, properties: method });
    await first;
  });

  it.each<[string, object, RegExp]>([
    ['another method', { authenticationMethod: 'other' }, /Authentication Method of the CONNECT/],
    ['data that are none', { authenticationData: 5 }, /authenticationData must be a Uint8Array/],
    ['words that are too long', { reasonString: 'x'.repeat(70_000) }, /out of its range/],
  ])('rejects %s', async (_, properties, message) => {
    const socket = await connected();
    const wrong = client.reauthenticate(properties);
    await expect(wrong).rejects.toThrow(message);
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_MQTT_BAD_CALL' });
    expect(socket.has('auth')).toBe(false);
    expect(client.connected).toBe(true);
  });

  it('rejects without a connection, and once the client ends', async () => {
    await expect(client.reauthenticate()).rejects.toMatchObject({ code: 'ERR_MQTT_NOT_CONNECTED' });
    await connected();
    const ending = client.endAsync();
    await expect(client.reauthenticate()).rejects.toMatchObject({ code: 'ERR_MQTT_DISCONNECTING' });
    await ending;
    await expect(client.reauthenticate()).rejects.toMatchObject({ code: 'ERR_MQTT_NOT_CONNECTED' });
  });

  it('rejects without a method in the CONNECT', async () => {
    const plain = connect('ws://server.test', {
      createWebsocket: server.createWebsocket,
      protocolVersion: 5,
      reconnectPeriod: 0,
    });
    const connecting = nextEvent(plain, 'connect');
    await server.dialled(); // of the other client
    await (await server.dialled()).accept();
    await connecting;
    await expect(plain.reauthenticate()).rejects.toThrow(/needs an Authentication Method in CONNECT/);
    await plain.endAsync(true);
  });
});
