// What createBroker() takes -> the same, or an Error that says what to write instead.
import { checkNumber, typeOf } from '../api/arguments.ts';
import type { BrokerOptions } from '../api/broker-types.ts';
import { badCall } from '../api/errors.ts';

/** By option: the least and the most that make sense, and what the number counts. */
const ranges: Readonly<Record<string, readonly [least: number, most: number, meaning: string]>> = {
  maximumPacketSize: [16, Infinity, 'bytes'],
  receiveMaximum: [1, 65_535, 'messages'],
  topicAliasMaximum: [0, 65_535, 'aliases; 0 is none'],
  maximumInFlight: [1, 65_535, 'messages'],
  maximumQueuedMessages: [0, Infinity, 'messages'],
  maximumOutputBytes: [1024, Infinity, 'bytes'],
  connectTimeout: [1, Infinity, 'milliseconds'],
  maximumSessionExpiryInterval: [0, Infinity, 'seconds'],
  maximumQueuedBytes: [0, Infinity, 'bytes'],
  maximumQueuedMessagesInAll: [0, Infinity, 'messages'],
  maximumQueuedBytesInAll: [0, Infinity, 'bytes'],
  maximumRetainedMessages: [0, Infinity, 'messages'],
  maximumSubscriptions: [0, Infinity, 'subscriptions'],
  maximumConnections: [1, Infinity, 'clients'],
  maximumTopicLength: [1, 65_535, 'bytes'],
  maximumTopicLevels: [1, 65_536, 'levels'],
  maximumQos: [0, 2, '0, 1 or 2'],
  maximumKeepAlive: [0, 65_535, 'seconds; 0 is any'],
  statisticsInterval: [0, Infinity, 'milliseconds; 0 is never'],
};

const flags = [
  'retainAvailable',
  'wildcardSubscriptionAvailable',
  'subscriptionIdentifiersAvailable',
  'sharedSubscriptionAvailable',
] as const;

export function checkBrokerOptions(options: BrokerOptions): BrokerOptions {
  if (typeof options !== 'object' || options === null) {
    throw badCall(`createBroker()'s options are ${typeOf(options)}: write { maximumQueuedMessages: 1000 }`);
  }
  for (const [name, [least, most, meaning]] of Object.entries(ranges)) {
    const value = options[name as keyof BrokerOptions];
    if (value !== undefined) checkNumber(value as number, name, least, most, meaning);
  }
  for (const name of flags) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'boolean') {
      throw badCall(`${name} is ${String(value)}: write true or false`);
    }
  }
  const { authenticate }: { authenticate?: unknown } = options;
  if (authenticate !== undefined && typeof authenticate !== 'function') {
    throw badCall('authenticate is no function: write authenticate: ({ username, password }) => ...');
  }
  return options;
}
