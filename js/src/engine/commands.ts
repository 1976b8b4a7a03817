// Calls of the engine -> a block of command records (wasm/records.h), in a buffer that JavaScript owns.
import {
  CommandField,
  CommandKind,
  ConnectCommandField,
  ConnectFlags,
  DecideCommandField,
  FilterEntryField,
  PublishCommandField,
  ReasonCommandField,
  ReceiveCommandField,
  RestoreCommandField,
  SubscribeCommandField,
  SubscribeEntryField,
  TopicCommandField,
  ValueCommandField,
} from '../generated/records.ts';
import { PropertyKind, propertyTable } from '../generated/properties.ts';
import type { PacketProperties } from './properties.ts';
import type { ConnectPacket, ReasonCode, SubscribeEntry, Verdict } from './types.ts';

const utf8 = new TextEncoder();

// Below these lengths a loop is faster than a call into the engine's own copying.
const shortText = 48;
const shortPayload = 48;

const headOfPublish = 4 * PublishCommandField.words;

// In place of a number of filters.
const everything = 0xffffffff;

// A block that one burst made larger gives its memory back.
const keptCapacity = 1024 * 1024;

// As many topics as the module keeps (TopicTable::kCapacity is the same idea for the other direction); longer ones share number 0.
const topicCapacity = 4096;
const longestKeptTopic = 512;

/** The numbers of topics that the module knows: one table for all blocks of an engine. */
export class AnnouncedTopics {
  readonly #numbers = new Map<string, number>();
  #last = '';
  #lastNumber = -1;

  /** The topic's number, or -1 if it has none (any more). */
  find(topic: string): number {
    if (topic === this.#last) return this.#lastNumber;
    const number = this.#numbers.get(topic);
    if (number === undefined) return -1;
    this.#last = topic;
    this.#lastNumber = number;
    return number;
  }

  /** A number for a topic that has none; the caller announces it. */
  add(topic: string): number {
    if (topic.length > longestKeptTopic) return 0;
    // Starting anew is simpler than evicting, and costs one announcement a topic for every 4096 new ones.
    if (this.#numbers.size === topicCapacity) this.#numbers.clear();
    const number = this.#numbers.size + 1;
    this.#numbers.set(topic, number);
    this.#last = topic;
    this.#lastNumber = number;
    return number;
  }
}

/**
 * One block. Each method appends one command, whole or (when it throws a TypeError or RangeError for a value that can't be sent) not at all.
 */
export class CommandBlock {
  /** Frames that Receive commands in this block brought, by their number. */
  readonly frames: Uint8Array<ArrayBuffer>[] = [];
  /** What to do once the block is carried out. */
  readonly afterwards: (() => void)[] = [];
  readonly #topics: AnnouncedTopics;
  #words = new Uint32Array(1024);
  #bytes = new Uint8Array(this.#words.buffer);
  // Where the next command begins, in bytes; and the place that is being written, which becomes #length when the command is whole.
  #length = 0;
  #at = 0;

  constructor(topics: AnnouncedTopics) {
    this.#topics = topics;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  clear(): void {
    this.#length = 0;
    this.frames.length = 0;
    if (this.#bytes.length > keptCapacity) {
      this.#words = new Uint32Array(1024);
      this.#bytes = new Uint8Array(this.#words.buffer);
    }
  }

  /** Where the last command ends that begins in the `limit` bytes from `begin`: one command at least. Precondition: begin < length. */
  endOfRun(begin: number, limit: number): number {
    if (this.#length - begin <= limit) return this.#length;
    let end = begin;
    do {
      const next = end + this.#words[(end >> 2) + CommandField.length]!;
      if (next - begin > limit && end !== begin) break;
      end = next;
    } while (end < this.#length);
    return end;
  }

  command(kind: CommandKind, subject: number): void {
    this.#begin(kind, subject, CommandField.words);
    this.#end();
  }

  value(kind: CommandKind, subject: number, value: number): void {
    const at = this.#begin(kind, subject, ValueCommandField.words);
    this.#words[at + ValueCommandField.value] = value;
    this.#end();
  }

  /** A command of words alone: what stands behind its subject, in the order of its struct. */
  values(kind: CommandKind, subject: number, values: readonly number[]): void {
    const at = this.#begin(kind, subject, CommandField.words + values.length);
    this.#words.set(values, at + CommandField.words);
    this.#end();
  }

  publish(
    kind: CommandKind.Publish | CommandKind.BrokerPublish,
    subject: number,
    topic: string,
    payload: Uint8Array | string,
    flags: number,
    properties: PacketProperties | undefined,
    token: number,
  ): void {
    let topicNumber = this.#topics.find(topic);
    if (topicNumber < 0) topicNumber = this.#announce(topic);
    // The way of every message: the fields are written at once, behind what may move them.
    this.#at = this.#length;
    this.#reserve(headOfPublish);
    this.#at += headOfPublish;
    const payloadLength = typeof payload === 'string' ? this.#text(payload) : this.#binary(payload);
    const propertiesLength = properties === undefined ? 0 : this.#properties(properties);
    const words = this.#words;
    const at = this.#length >> 2;
    words[at + PublishCommandField.kind] = kind;
    words[at + PublishCommandField.length] = this.#at - this.#length;
    words[at + PublishCommandField.subject] = subject;
    words[at + PublishCommandField.token] = token;
    words[at + PublishCommandField.topic] = topicNumber;
    words[at + PublishCommandField.flags] = flags;
    words[at + PublishCommandField.payloadLength] = payloadLength;
    words[at + PublishCommandField.propertiesLength] = propertiesLength;
    this.#length = this.#at;
  }

  restore(subject: number, key: Uint8Array, value: Uint8Array): void {
    const at = this.#begin(CommandKind.Restore, subject, RestoreCommandField.words);
    this.#set(at + RestoreCommandField.keyLength, this.#binary(key));
    this.#set(at + RestoreCommandField.valueLength, this.#binary(value));
    this.#end();
  }

  receive(kind: CommandKind.Receive | CommandKind.ConnectionReceive, subject: number, frame: Uint8Array<ArrayBuffer>): void {
    const at = this.#begin(kind, subject, ReceiveCommandField.words);
    this.#words[at + ReceiveCommandField.frame] = this.frames.length;
    this.#set(at + ReceiveCommandField.bytesLength, this.#binary(frame));
    this.frames.push(frame);
    this.#end();
  }

  /** `connection` is the broker's end of a link; 0 in TransportOpened, which has frames of at most `maximumFrameSize` bytes. */
  connect(
    kind: CommandKind.TransportOpened | CommandKind.Link,
    subject: number,
    connection: number,
    maximumFrameSize: number,
    packet: ConnectPacket,
  ): void {
    const at = this.#begin(kind, subject, ConnectCommandField.words);
    const { will } = packet;
    const set = (field: ConnectCommandField, value: number) => this.#set(at + field, value);
    set(ConnectCommandField.connection, connection);
    set(ConnectCommandField.maximumFrameSize, maximumFrameSize);
    set(ConnectCommandField.flags, connectFlags(packet));
    set(ConnectCommandField.keepAlive, inRange('keepAlive', packet.keepAlive, 0xffff));
    set(ConnectCommandField.clientIdentifierLength, this.#text(textOf('clientId', packet.clientId)));
    set(ConnectCommandField.userNameLength, this.#text(textOf('username', packet.username)));
    set(ConnectCommandField.passwordLength, this.#textOrBinary(bytesOf('password', packet.password)));
    set(ConnectCommandField.propertiesLength, this.#properties(packet.properties ?? {}));
    set(ConnectCommandField.willTopicLength, this.#text(will?.topic ?? ''));
    set(ConnectCommandField.willPayloadLength, this.#textOrBinary(will?.payload ?? ''));
    set(ConnectCommandField.willPropertiesLength, this.#properties(will?.properties ?? {}));
    this.#end();
  }

  subscribe(subject: number, entries: readonly SubscribeEntry[], properties: PacketProperties | undefined, token: number): void {
    this.#beginSubscription(CommandKind.Subscribe, subject, entries.length, properties, token);
    for (const entry of entries) {
      const options =
        entry.qos |
        (entry.noLocal ? 4 : 0) |
        (entry.retainAsPublished ? 8 : 0) |
        ((entry.retainHandling ?? 0) << 4);
      this.#entry(entry.topicFilter, options);
    }
    this.#end();
  }

  unsubscribe(subject: number, filters: readonly string[], properties: PacketProperties | undefined, token: number): void {
    this.#beginSubscription(CommandKind.Unsubscribe, subject, filters.length, properties, token);
    for (const filter of filters) this.#entry(filter, 0);
    this.#end();
  }

  /** `number` as in ReasonCommand: 0 in most. */
  reason(
    kind: CommandKind.Authenticate | CommandKind.Acknowledge | CommandKind.Disconnect | CommandKind.DisconnectConnection,
    subject: number,
    number: number,
    reasonCode: ReasonCode,
    properties: PacketProperties | undefined,
  ): void {
    const at = this.#begin(kind, subject, ReasonCommandField.words);
    this.#words[at + ReasonCommandField.number] = number;
    this.#words[at + ReasonCommandField.reason] = reasonCode;
    this.#set(at + ReasonCommandField.propertiesLength, this.#properties(properties ?? {}));
    this.#end();
  }

  decide(connection: number, verdict: Verdict): void {
    const { reasonCode, properties, publish, subscribe, publishRefusal, subscribeRefusal } = verdict;
    const at = this.#begin(CommandKind.Decide, connection, DecideCommandField.words);
    this.#words[at + DecideCommandField.reason] = reasonCode;
    this.#words[at + DecideCommandField.publishCount] = publish?.length ?? everything;
    this.#words[at + DecideCommandField.subscribeCount] = subscribe?.length ?? everything;
    this.#set(at + DecideCommandField.propertiesLength, this.#properties(properties ?? {}));
    this.#set(at + DecideCommandField.publishPropertiesLength, this.#properties(publishRefusal ?? {}));
    this.#set(at + DecideCommandField.subscribePropertiesLength, this.#properties(subscribeRefusal ?? {}));
    for (const filter of [...(publish ?? []), ...(subscribe ?? [])]) {
      const entry = this.#extend(FilterEntryField.words);
      this.#set(entry + FilterEntryField.filterLength, this.#text(filter));
    }
    this.#end();
  }

  #announce(topic: string): number {
    const number = this.#topics.add(topic);
    const at = this.#begin(CommandKind.Topic, number, TopicCommandField.words);
    this.#set(at + TopicCommandField.textLength, this.#text(topic));
    this.#end();
    return number;
  }

  #beginSubscription(
    kind: CommandKind,
    subject: number,
    entryCount: number,
    properties: PacketProperties | undefined,
    token: number,
  ): void {
    const at = this.#begin(kind, subject, SubscribeCommandField.words);
    this.#words[at + SubscribeCommandField.token] = token;
    this.#words[at + SubscribeCommandField.entryCount] = entryCount;
    this.#set(at + SubscribeCommandField.propertiesLength, this.#properties(properties ?? {}));
  }

  #entry(filter: string, options: number): void {
    const at = this.#extend(SubscribeEntryField.words);
    this.#set(at + SubscribeEntryField.filterLength, this.#text(filter));
    this.#words[at + SubscribeEntryField.options] = options;
  }

  // Room for the fixed part of a command: answers its place, in words.
  #begin(kind: CommandKind, subject: number, words: number): number {
    this.#at = this.#length;
    const at = this.#extend(words);
    this.#words[at + CommandField.kind] = kind;
    this.#words[at + CommandField.subject] = subject;
    return at;
  }

  #end(): void {
    this.#words[(this.#length >> 2) + CommandField.length] = this.#at - this.#length;
    this.#length = this.#at;
  }

  // For a length that is known once its bytes are written: by then #words may be another array than before.
  #set(at: number, value: number): void {
    this.#words[at] = value;
  }

  #extend(words: number): number {
    const at = this.#at >> 2;
    this.#reserve(4 * words);
    this.#at += 4 * words;
    return at;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes > this.#bytes.length) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    const old = this.#words;
    this.#words = new Uint32Array(Math.max(2 * old.length, (this.#at + bytes + 3) >> 2));
    this.#words.set(old);
    this.#bytes = new Uint8Array(this.#words.buffer);
  }

  // The next three append bytes, padded, and answer how many there are without padding.
  #text(text: string): number {
    const count = text.length;
    this.#reserve(3 * count + 3);
    const bytes = this.#bytes;
    const begin = this.#at;
    if (count <= shortText) {
      let i = 0;
      for (; i < count; ++i) {
        const unit = text.charCodeAt(i);
        if (unit >= 0x80) break;
        bytes[begin + i] = unit;
      }
      if (i === count) {
        this.#at = (begin + count + 3) & ~3;
        return count;
      }
    }
    const { written } = utf8.encodeInto(text, bytes.subarray(begin));
    this.#at = (begin + written + 3) & ~3;
    return written;
  }

  #binary(binary: Uint8Array): number {
    const count = binary.length;
    this.#reserve(count + 3);
    const begin = this.#at;
    if (count <= shortPayload) {
      const bytes = this.#bytes;
      for (let i = 0; i < count; ++i) bytes[begin + i] = binary[i]!;
    } else {
      this.#bytes.set(binary, begin);
    }
    this.#at = (begin + count + 3) & ~3;
    return count;
  }

  #textOrBinary(value: Uint8Array | string): number {
    return typeof value === 'string' ? this.#text(value) : this.#binary(value);
  }

  #properties(properties: PacketProperties): number {
    const begin = this.#at;
    for (const name in properties) {
      const value: unknown = properties[name as keyof PacketProperties];
      if (value === undefined || value === null) continue;
      const property = Object.hasOwn(propertyTable, name) ? propertyTable[name as keyof PacketProperties] : undefined;
      if (property === undefined) throw new TypeError(`MQTT has no property "${name}"`);
      this.#property(name, property.id, property.kind, value);
    }
    return this.#at - begin;
  }

  #property(name: string, id: number, kind: PropertyKind, value: unknown): void {
    switch (kind) {
      case PropertyKind.Boolean:
        return this.#number(id, value ? 1 : 0);
      case PropertyKind.Byte:
        return this.#number(id, inRange(name, value, 0xff));
      case PropertyKind.U16:
        return this.#number(id, inRange(name, value, 0xffff));
      case PropertyKind.U32:
        return this.#number(id, inRange(name, value, 0xffffffff));
      case PropertyKind.Numbers:
        for (const item of Array.isArray(value) ? value : [value]) this.#number(id, inRange(name, item, 0xfffffff));
        return;
      case PropertyKind.Text:
        if (typeof value !== 'string') throw new TypeError(`${name} must be a string`);
        return this.#bytesProperty(id, value);
      case PropertyKind.Binary:
        if (typeof value !== 'string' && !(value instanceof Uint8Array)) throw new TypeError(`${name} must be a Uint8Array`);
        return this.#bytesProperty(id, value);
      case PropertyKind.UserProperties:
        if (typeof value !== 'object') throw new TypeError(`${name} must be an object of strings`);
        for (const [key, values] of Object.entries(value as object)) {
          for (const item of Array.isArray(values) ? values : [values]) this.#userProperty(id, key, String(item));
        }
    }
  }

  #number(id: number, value: number): void {
    const at = this.#extend(2);
    this.#words[at] = id;
    this.#words[at + 1] = value;
  }

  #bytesProperty(id: number, value: string | Uint8Array): void {
    const at = this.#extend(2);
    this.#words[at] = id;
    this.#set(at + 1, this.#textOrBinary(value));
  }

  #userProperty(id: number, name: string, value: string): void {
    const at = this.#extend(3);
    this.#words[at] = id;
    this.#set(at + 1, this.#text(name));
    this.#set(at + 2, this.#text(value));
  }
}

/** Throws what a command with these properties would throw. */
export function checkProperties(properties: PacketProperties): void {
  new CommandBlock(new AnnouncedTopics()).reason(CommandKind.Disconnect, 0, 0, 0, properties);
}

// Of a CONNECT, whose values have come a long way since they were checked.
function bytesOf(name: string, value: Uint8Array | string | undefined): Uint8Array | string {
  if (value === undefined) return '';
  if (typeof value === 'string' || ArrayBuffer.isView(value)) return value;
  throw new TypeError(`${name} must be a string or a Uint8Array, not ${typeof value}`);
}

function textOf(name: string, value: string | undefined): string {
  if (value === undefined || typeof value === 'string') return value ?? '';
  throw new TypeError(`${name} must be a string, not ${typeof value}`);
}

function inRange(name: string, value: unknown, maximum: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum) return value;
  throw new RangeError(`${name} must be a whole number from 0 to ${maximum}, not ${String(value)}`);
}

function connectFlags(packet: ConnectPacket): number {
  const { will } = packet;
  return (
    packet.protocolVersion |
    (packet.clean ? ConnectFlags.CleanStart : 0) |
    (packet.username === undefined ? 0 : ConnectFlags.HasUserName) |
    (packet.password === undefined ? 0 : ConnectFlags.HasPassword) |
    (packet.bridge ? ConnectFlags.IsBridge : 0) |
    (will === undefined ? 0 : ConnectFlags.HasWill | (will.retain ? ConnectFlags.WillRetain : 0)) |
    ((will?.qos ?? 0) << ConnectFlags.WillQosShift)
  );
}
