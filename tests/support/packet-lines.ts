// A line in the language of describe.h -> the packet that it stands for, as mqtt-packet has it; and back. So the same
// scenarios are read and written by another implementation of the bytes than the core's.
import type { IConnectPacket, Packet } from 'mqtt-packet';

import type { PacketProperties } from '../../js/src/engine/properties.ts';
import { PropertyKind, propertyTable } from '../../js/src/generated/properties.ts';
import { reasonCodeNames } from '../../js/src/generated/reason-codes.ts';

export type Version = 3 | 4 | 5;

/** What mqtt-packet's own types leave out. */
export type ConnectPacket = IConnectPacket & { bridgeMode?: boolean };

const versions: Readonly<Record<string, Version>> = { '3.1': 3, '3.1.1': 4, '5.0': 5 };
const versionNames: Readonly<Record<number, string>> = { 3: '3.1', 4: '3.1.1', 5: '5.0' };

// The order of property_names.h.
const propertyNames = [
  ...['session_expiry_interval', 'receive_maximum', 'maximum_qos', 'retain_available', 'maximum_packet_size'],
  ...['assigned_client_identifier', 'topic_alias_maximum', 'wildcard_subscription_available'],
  ...['subscription_identifiers_available', 'shared_subscription_available', 'server_keep_alive'],
  ...['response_information', 'server_reference', 'request_problem_information', 'request_response_information'],
  ...['authentication_method', 'authentication_data', 'will_delay_interval', 'payload_format_indicator'],
  ...['message_expiry_interval', 'topic_alias', 'content_type', 'response_topic', 'correlation_data'],
  ...['subscription_identifier', 'reason_string', 'user_property'],
];

interface Property {
  readonly name: keyof PacketProperties;
  readonly kind: PropertyKind;
}

const unusualNames: Readonly<Record<string, string>> = { maximum_qos: 'maximumQoS', user_property: 'userProperties' };
const propertiesByName = new Map<string, Property>(
  propertyNames.map((written) => {
    const name = (unusualNames[written] ?? camelCase(written)) as keyof PacketProperties;
    return [written, { name, kind: propertyTable[name as keyof typeof propertyTable].kind }];
  }),
);

const codesByWord = new Map(Object.entries(reasonCodeNames).map(([code, name]) => [wordOf(name), Number(code)]));
// The return codes of a CONNACK before 5.0, and the reason codes that mean the same.
const returnCodes = new Map([
  [0, 0x00],
  [1, 0x84],
  [2, 0x85],
  [3, 0x88],
  [4, 0x86],
  [5, 0x87],
]);

export function camelCase(written: string): string {
  return written.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** `version` counts unless the line, a CONNECT, names its own. */
export function packetOf(line: string, version: Version): Packet {
  const reader = new LineReader(line);
  const packet = reader.packet(version);
  reader.end();
  return packet as unknown as Packet;
}

// --- a line -> a packet

type Fields = Record<string, unknown>;

const options: Readonly<Record<string, Fields>> = {
  qos1: { qos: 1 },
  qos2: { qos: 2 },
  dup: { dup: true },
  retain: { retain: true },
  persistent: { clean: false },
  bridge: { bridgeMode: true },
  no_local: { nl: true },
  retain_as_published: { rap: true },
  retain_handling1: { rh: 1 },
  retain_handling2: { rh: 2 },
};

class LineReader {
  readonly #line: string;
  readonly #tokens: { kind: 'word' | 'quoted' | 'sign'; text: string }[];

  constructor(line: string) {
    this.#line = line;
    const found = line.matchAll(/'([^']*)'(?:x(\d+))?|([(){}[\],])|([^\s'(){}[\],]+)/g);
    this.#tokens = [...found].map(([, quoted, times, sign, word]) => {
      if (quoted !== undefined) return { kind: 'quoted', text: quoted.repeat(Number(times ?? 1)) };
      return sign === undefined ? { kind: 'word', text: word! } : { kind: 'sign', text: sign };
    });
  }

  end(): void {
    if (this.#tokens.length > 0) this.#fail(`"${this.#tokens[0]!.text}" behind its end`);
  }

  packet(version: Version): Fields {
    const name = this.#word();
    const cmd = name.toLowerCase();
    switch (name) {
      case 'CONNECT':
        return this.#connect(version);
      case 'CONNACK':
        return { cmd, ...this.#connackReason(version), ...this.#sessionPresent(), ...this.#properties() };
      case 'PUBLISH':
        return { cmd, ...this.#message() };
      case 'PUBACK':
      case 'PUBREC':
      case 'PUBREL':
      case 'PUBCOMP':
        return { cmd, ...this.#identifier(), reasonCode: this.#reason(), ...this.#properties() };
      case 'SUBSCRIBE':
        return { cmd, ...this.#identifier(), ...this.#subscriptions(), ...this.#properties() };
      case 'UNSUBSCRIBE':
        return { cmd, ...this.#identifier(), unsubscriptions: this.#list(() => this.#text()), ...this.#properties() };
      case 'SUBACK':
      case 'UNSUBACK':
        return { cmd, ...this.#identifier(), granted: this.#reasons(), ...this.#properties() };
      case 'PINGREQ':
      case 'PINGRESP':
        return { cmd };
      case 'DISCONNECT':
      case 'AUTH':
        return { cmd, reasonCode: this.#reason(), ...this.#properties() };
      default:
        return this.#fail('no packet');
    }
  }

  #connect(version: Version): Fields {
    const clientId = this.#text();
    const packet: Fields = { cmd: 'connect', clientId, clean: true, keepalive: 0, protocolVersion: version };
    while (this.#tokens[0]?.kind === 'word') {
      const word = this.#word();
      const [key, value] = word.split('=');
      if (word in versions) packet['protocolVersion'] = versions[word];
      else if (word === 'will') packet['will'] = this.#will();
      else if (key === 'keep_alive') packet['keepalive'] = Number(value);
      else if (key === 'user') packet['username'] = value || this.#text();
      else if (key === 'password') packet['password'] = Buffer.from(value || this.#text());
      else Object.assign(packet, this.#option(word));
    }
    packet['protocolId'] = packet['protocolVersion'] === 3 ? 'MQIsdp' : 'MQTT';
    return { ...packet, ...this.#properties() };
  }

  #will(): Fields {
    this.#sign('(');
    const will = this.#message();
    this.#sign(')');
    return will;
  }

  #message(): Fields {
    const message: Fields = { topic: this.#text(), payload: Buffer.alloc(0), qos: 0, dup: false, retain: false };
    if (this.#tokens[0]?.kind === 'quoted') message['payload'] = Buffer.from(this.#text());
    while (this.#tokens[0]?.kind === 'word') {
      if (/^id\d/.test(this.#tokens[0].text)) Object.assign(message, this.#identifier());
      else Object.assign(message, this.#option(this.#word()));
    }
    return { ...message, ...this.#properties() };
  }

  #sessionPresent(): Fields {
    return { sessionPresent: this.#takes('session-present') };
  }

  #subscriptions(): Fields {
    return { subscriptions: this.#list(() => this.#subscription()) };
  }

  #subscription(): Fields {
    const subscription: Fields = { topic: this.#text(), qos: 0, nl: false, rap: false, rh: 0 };
    while (this.#tokens[0]?.kind === 'word') Object.assign(subscription, this.#option(this.#word()));
    return subscription;
  }

  #properties(): { properties?: PacketProperties } {
    if (!this.#takes('{')) return {};
    const properties: Fields = {};
    while (this.#tokens[0]?.kind === 'word') {
      const [, name, bare] = /^(\w+)=(.*)$/.exec(this.#word()) ?? this.#fail('a property without a value');
      const property = propertiesByName.get(name!) ?? this.#fail(`no property "${name}"`);
      setProperty(properties, property, bare || this.#text());
    }
    this.#sign('}');
    return { properties };
  }

  #connackReason(version: Version): Fields {
    const code = this.#code(this.#word());
    if (version === 5) return { reasonCode: code };
    const found = [...returnCodes].find(([, reason]) => reason === code);
    return { returnCode: found === undefined ? this.#fail('no return code before 5.0') : found[0] };
  }

  #reasons(): number[] {
    if (!this.#takes('[')) return [];
    const reasons: number[] = [];
    while (this.#tokens[0]?.kind === 'word') {
      const word = this.#word();
      reasons.push(/^[012]$/.test(word) ? Number(word) : this.#code(word));
    }
    this.#sign(']');
    return reasons;
  }

  #reason(): number {
    return this.#tokens[0]?.kind === 'word' ? this.#code(this.#word()) : 0;
  }

  #code(word: string): number {
    return codesByWord.get(word) ?? this.#fail(`no reason "${word}"`);
  }

  #identifier(): Fields {
    const [, digits] = /^id(\d+)$/.exec(this.#tokens[0]?.text ?? '') ?? [];
    if (digits === undefined) return {};
    this.#tokens.shift();
    return { messageId: Number(digits) };
  }

  #option(word: string): Fields {
    return options[word] ?? this.#fail(`no option "${word}"`);
  }

  #list<Item>(item: () => Item): Item[] {
    const items = [item()];
    while (this.#takes(',')) items.push(item());
    return items;
  }

  #takes(text: string): boolean {
    const isNext = this.#tokens[0]?.text === text && this.#tokens[0].kind !== 'quoted';
    if (isNext) this.#tokens.shift();
    return isNext;
  }

  #sign(text: string): void {
    if (!this.#takes(text)) this.#fail(`no "${text}"`);
  }

  #word(): string {
    const token = this.#tokens.shift();
    return token?.kind === 'word' ? token.text : this.#fail('a word is missing');
  }

  #text(): string {
    const token = this.#tokens.shift();
    return token === undefined || token.kind === 'sign' ? this.#fail('a text is missing') : token.text;
  }

  #fail(why: string): never {
    throw new Error(`"${this.#line}": ${why}`);
  }
}

function setProperty(properties: Fields, { name, kind }: Property, value: string): void {
  if (kind === PropertyKind.Boolean) properties[name] = value !== '0';
  else if (kind === PropertyKind.Text) properties[name] = value;
  else if (kind === PropertyKind.Binary) properties[name] = Buffer.from(value);
  else if (kind === PropertyKind.Numbers) properties[name] = [...((properties[name] as number[]) ?? []), Number(value)];
  else if (kind === PropertyKind.UserProperties) {
    const users = (properties[name] ??= {}) as Record<string, string[]>;
    const colon = value.indexOf(':');
    (users[value.slice(0, colon)] ??= []).push(value.slice(colon + 1));
  } else properties[name] = Number(value);
}

// --- a packet -> a line

/** What describe() of describe.h says of the same packet. */
export function lineOf(packet: Packet): string {
  const name = packet.cmd.toUpperCase();
  const properties = propertiesText('properties' in packet ? (packet.properties as PacketProperties) : undefined);
  switch (packet.cmd) {
    case 'connect': {
      const {
        clientId,
        protocolVersion = 4,
        clean,
        bridgeMode,
        keepalive,
        username,
        password,
        will,
      }: ConnectPacket = packet;
      const willProperties = propertiesText(will?.properties as PacketProperties | undefined);
      return (
        `${name} ${quotedUnlessWord(clientId)} ${versionNames[protocolVersion]}` +
        flag(clean === false, 'persistent') +
        flag(bridgeMode, 'bridge') +
        flag(keepalive !== 0, `keep_alive=${keepalive}`) +
        flag(username !== undefined, `user=${quotedUnlessWord(username ?? '')}`) +
        flag(password !== undefined, `password=${quotedUnlessWord(String(password))}`) +
        flag(will !== undefined, `will(${will && messageText(will)}${willProperties})`) +
        properties
      );
    }
    case 'connack': {
      const reason = packet.reasonCode ?? returnCodes.get(packet.returnCode ?? 0)!;
      return `${name} ${reasonWord(reason)}${flag(packet.sessionPresent, 'session-present')}${properties}`;
    }
    case 'publish':
      return `${name} ${messageText(packet)}${properties}`;
    case 'subscribe': {
      const entries = packet.subscriptions.map(
        ({ topic, qos, nl, rap, rh }) =>
          quotedUnlessWord(topic) +
          flag(qos !== 0, `qos${qos}`) +
          flag(nl, 'no_local') +
          flag(rap, 'retain_as_published') +
          flag((rh ?? 0) !== 0, `retain_handling${rh}`),
      );
      return `${name} id${packet.messageId} ${entries.join(', ')}${properties}`;
    }
    case 'unsubscribe':
      return `${name} id${packet.messageId} ${packet.unsubscriptions.map(quotedUnlessWord).join(', ')}${properties}`;
    case 'suback':
      return `${name} id${packet.messageId} ${reasonsText(packet.granted as number[], true)}${properties}`;
    case 'unsuback': {
      const granted = (packet.granted ?? []) as number[];
      return `${name} id${packet.messageId}${flag(granted.length > 0, reasonsText(granted, false))}${properties}`;
    }
    case 'pingreq':
    case 'pingresp':
      return name;
    default: {
      const reason = packet.reasonCode ?? 0;
      const identifier = flag(packet.messageId !== undefined, `id${packet.messageId}`);
      return `${name}${identifier}${flag(reason !== 0, reasonWord(reason))}${properties}`;
    }
  }
}

/** "" or " {name=value ...}" */
export function propertiesText(properties: PacketProperties | undefined): string {
  const given = [...propertiesByName].flatMap(([written, { name }]) =>
    valuesText(properties?.[name]).map((value) => `${written}=${value}`),
  );
  return given.length === 0 ? '' : ` {${given.join(' ')}}`;
}

function valuesText(value: PacketProperties[keyof PacketProperties]): string[] {
  if (value === undefined) return [];
  if (typeof value === 'boolean') return [value ? '1' : '0'];
  if (typeof value === 'number') return [String(value)];
  if (typeof value === 'string' || value instanceof Uint8Array) return [quotedUnlessWord(value.toString())];
  if (Array.isArray(value)) return value.map(String);
  return Object.entries(value).flatMap(([key, texts]) =>
    [texts].flat().map((text) => quotedUnlessWord(`${key}:${text}`)),
  );
}

export interface WrittenMessage {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly qos?: number | undefined;
  readonly messageId?: number | undefined;
  readonly dup?: boolean | undefined;
  readonly retain?: boolean | undefined;
}

/** Without its properties. */
export function messageText({ topic, payload, qos = 0, messageId = 0, dup, retain }: WrittenMessage): string {
  const text = payload.toString();
  return (
    quotedUnlessWord(topic) +
    flag(text !== '', payloadText(text)) +
    flag(qos !== 0, `qos${qos}`) +
    flag(messageId !== 0, `id${messageId}`) +
    flag(dup, 'dup') +
    flag(retain, 'retain')
  );
}

/** "[1 topic-filter-invalid]" */
export function reasonsText(reasons: readonly number[], areGranted: boolean): string {
  return `[${reasons.map((code) => (areGranted && code < 0x80 ? String(code) : reasonWord(code))).join(' ')}]`;
}

export function reasonWord(code: number): string {
  return wordOf(reasonCodeNames[code]!);
}

function wordOf(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}

function payloadText(text: string): string {
  const isRun = text.length > 40 && text === text[0]!.repeat(text.length);
  return isRun ? `'${text[0]}'x${text.length}` : `'${text}'`;
}

function quotedUnlessWord(text: string): string {
  return /^[^\s',=(){}[\]]+$/.test(text) ? text : `'${text}'`;
}

function flag(isSet: boolean | undefined, text: string): string {
  return isSet ? ` ${text}` : '';
}
