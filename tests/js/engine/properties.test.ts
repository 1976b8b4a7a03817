import { expect, it } from '@jest/globals';

import type { PacketProperties } from '../../../js/src/engine/properties.ts';
import { ClientMachine } from '../../../js/src/engine/client-machine.ts';
import { frameOf, RecordingSink, connect, clientModule, startClient, startEngine, publishPacket } from './machines.ts';

const everyConnackProperty: PacketProperties = {
  sessionExpiryInterval: 4_294_967_295,
  receiveMaximum: 65_535,
  maximumQoS: 1,
  retainAvailable: false,
  maximumPacketSize: 268_435_455,
  assignedClientIdentifier: 'assigned',
  topicAliasMaximum: 17,
  reasonString: 'weil',
  wildcardSubscriptionAvailable: false,
  subscriptionIdentifiersAvailable: true,
  sharedSubscriptionAvailable: false,
  serverKeepAlive: 77,
  responseInformation: 'response/information',
  serverReference: 'elsewhere',
};

it('crosses every property of a CONNACK', async () => {
  const { engine } = await startEngine(clientModule);
  const sink = new RecordingSink();
  const machine = new ClientMachine(engine, {}, sink);
  machine.startAttempt();
  machine.transportOpened({ ...connect, protocolVersion: 5 });
  const packet = { cmd: 'connack', reasonCode: 0, sessionPresent: false, properties: everyConnackProperty } as const;
  machine.receive(frameOf([packet as never], 5));
  expect(sink.connacks).toEqual([
    { protocolVersion: 5, sessionPresent: false, reasonCode: 0, properties: everyConnackProperty },
  ]);
  engine.dispose();
});

it('crosses binary data and lists of user properties, in their order', async () => {
  const { engine, machine, sink } = await startClient({ protocolVersion: 5 });
  const userProperties = { first: ['1', '2', '3'], '': '', ключ: 'значение', long: 'x'.repeat(65_000) };
  machine.publish('t', 'p', 0, { correlationData: Uint8Array.of(0, 1, 2, 3, 4), userProperties }, 0);
  engine.flush();
  const [packet] = sink.takePackets(5) as { properties: PacketProperties }[];
  expect(packet!.properties.correlationData).toEqual(Buffer.from([0, 1, 2, 3, 4]));
  expect({ ...packet!.properties.userProperties }).toEqual(userProperties);
  engine.dispose();
});

it('keeps 65,535 values of one name in their order', async () => {
  const { engine, machine, sink } = await startClient({ protocolVersion: 5 });
  const values = Array.from({ length: 65_535 }, (_, at) => String(at));
  const properties = { userProperties: { a: values } };
  machine.receive(frameOf([publishPacket('t', 'p', { properties })], 5));
  expect(sink.messages[0]!.properties!.userProperties!.a).toEqual(values);
  engine.dispose();
});

it('takes a user property named as a member of every object for what it is', async () => {
  const { engine, machine, sink } = await startClient({ protocolVersion: 5 });
  machine.receive(
    frameOf(
      [
        {
          cmd: 'publish',
          topic: 't',
          payload: '',
          qos: 0,
          dup: false,
          retain: false,
          properties: { userProperties: { constructor: 'a', toString: 'b' } },
        },
      ],
      5,
    ),
  );
  expect({ ...sink.messages[0]!.properties!.userProperties }).toEqual({ constructor: 'a', toString: 'b' });
  engine.dispose();
});

it('leaves out what is undefined, and refuses what is of the wrong kind', async () => {
  const { engine, machine, sink } = await startClient({ protocolVersion: 5 });
  machine.publish('t', 'p', 0, { contentType: undefined, responseTopic: 'r' }, 0);
  expect(() => machine.publish('t', 'p', 0, { contentType: 5 as never }, 0)).toThrow('contentType must be a string');
  expect(() => machine.publish('t', 'p', 0, { correlationData: 5 as never }, 0)).toThrow(
    'correlationData must be a Uint8Array',
  );
  expect(() => machine.publish('t', 'p', 0, { userProperties: 'x' as never }, 0)).toThrow(
    'userProperties must be an object',
  );
  expect(() => machine.publish('t', 'p', 0, { toString: 5 } as never, 0)).toThrow('MQTT has no property "toString"');
  engine.flush();
  expect(sink.takePackets(5)).toMatchObject([{ properties: { responseTopic: 'r' } }]);
  engine.dispose();
});
