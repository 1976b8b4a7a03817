// What createBroker() takes -> the same, or an Error that says what to write instead.
import { typeOf } from './arguments.ts';
import type { BrokerOptions } from './broker-types.ts';
import { badCall } from './errors.ts';
import { checkNumber } from './options.ts';

/** By option: the least and the most that make sense, and what the number counts. */
const ranges: Readonly<Record<string, readonly [least: number, most: number, meaning: string]>> = {
  maximumPacketSize: [16, Infinity, 'octets'],
  receiveMaximum: [1, 65_535, 'messages'],
  topicAliasMaximum: [0, 65_535, 'aliases; 0 is none'],
  maximumInFlight: [1, 65_535, 'messages'],
  maximumQueuedMessages: [0, Infinity, 'messages'],
  maximumOutputOctets: [1024, Infinity, 'octets'],
  connectTimeout: [1, Infinity, 'milliseconds'],
  maximumSessionExpiryInterval: [0, Infinity, 'seconds'],
};

export function checkBrokerOptions(options: BrokerOptions): BrokerOptions {
  if (typeof options !== 'object' || options === null) {
    throw badCall(`createBroker()'s options are ${typeOf(options)}: write { maximumQueuedMessages: 1000 }`);
  }
  for (const [name, [least, most, meaning]] of Object.entries(ranges)) {
    const value = options[name as keyof BrokerOptions];
    if (value !== undefined) checkNumber(value as number, name, least, most, meaning);
  }
  return options;
}
