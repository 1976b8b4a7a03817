// What applications pass to publish(), subscribe() and the like, in all the forms that MQTT.js takes -> one form, or
// an Error that says what to write instead.
import { checkProperties } from '../engine/commands.ts';
import { PublishFlags } from '../engine/types.ts';
import type {
  DisconnectOptions,
  DoneCallback,
  Message,
  PublishOptions,
  SubscribeOptions,
  SubscriptionMap,
} from './client-types.ts';
import { badCall } from './errors.ts';
import type { SubscribeProperties } from './packets.ts';
import { validateTopics } from './topic-filters.ts';

const noOptions: PublishOptions = {};

export function readTopic(topic: unknown, options: PublishOptions): string {
  if (typeof topic !== 'string')
    throw badCall(`publish() has no topic: write publish("some/topic", payload), not publish(${typeOf(topic)}, ...)`);
  if (topic === '' && options.properties?.topicAlias === undefined) {
    throw badCall('publish() has an empty topic: write publish("some/topic", payload)');
  }
  if (topic.includes('+') || topic.includes('#')) {
    throw badCall(`Invalid topic ${topic}: a message goes to one topic; "+" and "#" are for subscribe()`);
  }
  return topic;
}

export function readMessage(message: Message): string | Uint8Array {
  if (typeof message === 'string') return message;
  if (message instanceof Uint8Array) return message;
  if (message === undefined || message === null) return '';
  if (ArrayBuffer.isView(message)) return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  if (Object.prototype.toString.call(message) === '[object ArrayBuffer]') return new Uint8Array(message);
  const instead = typeof message === 'object' ? 'JSON.stringify(payload)' : 'String(payload)';
  throw badCall(`a payload is a string or bytes (Uint8Array), not ${typeOf(message)}: use ${instead}`);
}

export function readPublishOptions(options: unknown): PublishOptions {
  if (options === undefined || options === null) return noOptions;
  if (typeof options !== 'object')
    throw badCall(`publish()'s options are ${typeOf(options)}: write { qos: 1, retain: true }`);
  return options;
}

export function readPublishFlags(options: PublishOptions): number {
  const qos = readQos(options.qos);
  return qos | (options.retain ? PublishFlags.retain : 0) | (options.dup ? PublishFlags.dup : 0);
}

export function readQos(qos: unknown): 0 | 1 | 2 {
  if (qos === undefined || qos === null) return 0;
  if (qos === 0 || qos === 1 || qos === 2) return qos;
  throw badCall(
    `QoS ${String(qos)} does not exist: write qos: 0 (at most once), 1 (at least once) or 2 (exactly once)`,
  );
}

export interface SubscriptionRequest {
  topic: string;
  options: SubscribeOptions;
}

export interface SubscribeCall {
  requests: SubscriptionRequest[];
  /** Send what is subscribed already, too. */
  resubscribe: boolean;
  properties: SubscribeProperties | undefined;
}

export function readSubscribe(topics: unknown, options: unknown): SubscribeCall {
  if (!['object', 'function', 'undefined'].includes(typeof options)) {
    throw badCall(`subscribe()'s options are ${typeOf(options)}: write { qos: 1 }`);
  }
  const common = typeof options === 'object' && options !== null ? (options as SubscribeOptions) : {};
  const { entries, resubscribe } = readTopics(topics, common);
  checkTopics(entries.map(([topic]) => topic));
  for (const [, { qos, rh }] of entries) {
    readQos(qos);
    if (![undefined, 0, 1, 2].includes(rh)) throw badCall(`rh (Retain Handling) is ${String(rh)}: write 0, 1 or 2`);
  }
  return {
    requests: entries.map(([topic, each]) => ({ topic, options: each })),
    resubscribe,
    properties: common.properties,
  };
}

function readTopics(
  topics: unknown,
  common: SubscribeOptions,
): { entries: [string, SubscribeOptions][]; resubscribe: boolean } {
  if (typeof topics === 'string') return { entries: [[topics, common]], resubscribe: false };
  if (Array.isArray(topics)) return { entries: topics.map((topic: string) => [topic, common]), resubscribe: false };
  if (typeof topics !== 'object' || topics === null) {
    throw badCall(
      `subscribe() takes a topic filter, not ${typeOf(topics)}: ` +
        'write subscribe("some/topic/#"), a list, or { "some/topic": { qos: 1 } }',
    );
  }
  const { resubscribe, ...map } = topics as SubscriptionMap & { resubscribe?: boolean };
  const entries = Object.entries(map).map(([topic, each]): [string, SubscribeOptions] => {
    if (typeof each !== 'object' || each === null) {
      throw badCall(`subscribe() has no options for "${topic}": write { "${topic}": { qos: 0 } }`);
    }
    return [topic, each];
  });
  return { entries, resubscribe: resubscribe === true };
}

export function readUnsubscribe(topics: unknown): string[] {
  const list: unknown = typeof topics === 'string' ? [topics] : topics;
  if (!Array.isArray(list)) {
    throw badCall(
      `unsubscribe() takes a topic filter or a list of them, not ${typeOf(topics)}: write unsubscribe("some/topic/#")`,
    );
  }
  checkTopics(list);
  return list as string[];
}

// A share name without wildcards, and a topic filter. [MQTT-4.8.2-1] [MQTT-4.8.2-2]
const sharedFilter = /^\$share\/[^/+#]+\/./s;

function checkTopics(topics: unknown[]): asserts topics is string[] {
  const wrong = topics.find((topic) => typeof topic !== 'string' || topic === '');
  if (wrong !== undefined)
    throw badCall(`Invalid topic ${String(wrong)}: a topic filter is text such as "some/topic/#"`);
  const invalid = validateTopics(topics as string[]);
  if (invalid !== null) throw badCall(`Invalid topic ${invalid}`);
  const unshared = (topics as string[]).find((topic) => topic.startsWith('$share/') && !sharedFilter.test(topic));
  if (unshared !== undefined) {
    throw badCall(`Invalid topic ${unshared}: a shared subscription is "$share/some-name/some/topic/#"`);
  }
}

export interface EndCall {
  force: boolean;
  options: DisconnectOptions;
  callback: DoneCallback | undefined;
}

/** end(callback), end(force, callback), end(options, callback), end(force, options, callback) */
export function readEnd(given: readonly unknown[]): EndCall {
  const callback = given.find((argument) => typeof argument === 'function') as DoneCallback | undefined;
  const options = (given.find((argument) => typeof argument === 'object' && argument !== null) ??
    {}) as DisconnectOptions;
  const { reasonCode = 0, properties = {} } = options;
  if (!Number.isInteger(reasonCode) || reasonCode < 0 || reasonCode > 255) {
    throw badCall(`reasonCode is ${String(reasonCode)}: write a number from 0 (Normal disconnection) to 255`);
  }
  checkProperties(properties);
  return { force: given[0] === true, options, callback };
}

/** Of connect(). */
export function checkOptions(options: unknown): void {
  if (options === undefined || options === null || typeof options === 'object') return;
  throw badCall(`options are ${typeOf(options)}: write { clientId: "...", ... }`);
}

/** Throws unless `value` is a number from `least` to `most`. */
export function checkNumber(value: number, name: string, least: number, most: number, meaning: string): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  const range = most === Infinity ? `a number from ${least}` : `a number from ${least} to ${most}`;
  throw badCall(`${name} is ${String(value)}: write ${range} (${meaning})`);
}

export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}
