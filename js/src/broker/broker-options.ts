// What createBroker() takes -> the same, or an Error that says what to write instead.
import { checkNumber, typeOf } from '../api/arguments.ts';
import type { BrokerOptions } from '../api/broker-types.ts';
import { badCall } from '../api/errors.ts';
import { brokerRanges, brokerSwitches } from '../generated/broker-options.ts';

export function checkBrokerOptions(options: BrokerOptions): BrokerOptions {
  if (typeof options !== 'object' || options === null) {
    throw badCall(`createBroker()'s options are ${typeOf(options)}: write { maximumQueuedMessages: 1000 }`);
  }
  for (const [name, [least, most, meaning]] of Object.entries(brokerRanges)) {
    const value = options[name as keyof BrokerOptions];
    if (value !== undefined) checkNumber(value as number, name, least, most, meaning);
  }
  for (const name of brokerSwitches) {
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
