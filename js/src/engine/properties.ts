// The properties of MQTT 5.0 as one plain object, named as in MQTT.js; absent ones are absent.
import { PropertyKind, propertyTable } from '../generated/properties.ts';
import { decodeText, Payload } from './payload.ts';

/** Intervals are seconds. A property that a packet may not carry makes the operation fail. */
export interface PacketProperties {
  payloadFormatIndicator?: boolean | undefined;
  messageExpiryInterval?: number | undefined;
  contentType?: string | undefined;
  responseTopic?: string | undefined;
  correlationData?: Uint8Array | undefined;
  /** Several only in a received message. */
  subscriptionIdentifier?: number | number[] | undefined;
  sessionExpiryInterval?: number | undefined;
  assignedClientIdentifier?: string | undefined;
  serverKeepAlive?: number | undefined;
  authenticationMethod?: string | undefined;
  authenticationData?: Uint8Array | undefined;
  requestProblemInformation?: boolean | undefined;
  willDelayInterval?: number | undefined;
  requestResponseInformation?: boolean | undefined;
  responseInformation?: string | undefined;
  serverReference?: string | undefined;
  reasonString?: string | undefined;
  receiveMaximum?: number | undefined;
  topicAliasMaximum?: number | undefined;
  topicAlias?: number | undefined;
  maximumQoS?: number | undefined;
  retainAvailable?: boolean | undefined;
  /** A name that comes several times has its values in a list, in their order. */
  userProperties?: Record<string, string | string[]> | undefined;
  maximumPacketSize?: number | undefined;
  wildcardSubscriptionAvailable?: boolean | undefined;
  subscriptionIdentifiersAvailable?: boolean | undefined;
  sharedSubscriptionAvailable?: boolean | undefined;
}

interface Property {
  readonly name: keyof PacketProperties;
  readonly kind: PropertyKind;
}

const propertiesById: (Property | undefined)[] = [];
for (const [name, { id, kind }] of Object.entries(propertyTable))
  propertiesById[id] = { name: name as keyof PacketProperties, kind };

/** Reads a run of properties as wasm/records.h describes it: `length` bytes from the word-aligned place `begin`. */
export function readProperties(words: Uint32Array, bytes: Uint8Array, begin: number, length: number): PacketProperties {
  const properties: Record<string, unknown> = {};
  const end = begin + length;
  let at = begin;
  while (at < end) {
    const { name, kind } = propertiesById[words[at >> 2]!]!;
    const value = words[(at >> 2) + 1]!;
    at += 8;
    switch (kind) {
      case PropertyKind.Boolean:
        properties[name] = value !== 0;
        break;
      case PropertyKind.Text:
        properties[name] = decodeText(bytes, at, at + value);
        at += padded(value);
        break;
      case PropertyKind.Binary:
        properties[name] = new Payload(bytes.buffer.slice(at, at + value) as ArrayBuffer);
        at += padded(value);
        break;
      case PropertyKind.Numbers:
        properties[name] = joined(properties[name] as number | number[] | undefined, value);
        break;
      case PropertyKind.UserProperties: {
        const valueLength = words[at >> 2]!;
        const key = decodeText(bytes, at + 4, at + 4 + value);
        at += 4 + padded(value);
        const users = (properties[name] ??= Object.create(null)) as Record<string, string | string[]>;
        users[key] = joined(users[key], decodeText(bytes, at, at + valueLength));
        at += padded(valueLength);
        break;
      }
      default:
        properties[name] = value;
    }
  }
  return properties;
}

/** What bytes take up in the data of a step. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

// A peer may name a property 65,535 times: its list grows in place.
function joined<T>(before: T | T[] | undefined, value: T): T | T[] {
  if (before === undefined) return value;
  if (!Array.isArray(before)) return [before, value];
  before.push(value);
  return before;
}
