// Calls of the engine -> a block of command records (wasm/records.h), in a buffer that JavaScript owns, and calls of the module between them.
import {
  AcknowledgeCommandField,
  CommandField,
  CommandKind,
  PublishCommandField,
  ReceiveCommandField,
  TopicCommandField,
  ValueCommandField,
} from '../generated/records.ts';
import { PropertyKind, propertyTable } from '../generated/properties.ts';
import type { RawModule } from './module.ts';
import type { PacketProperties } from './properties.ts';
import type { ReasonCode } from './types.ts';

const utf8 = new TextEncoder();

// Below these lengths a loop is faster than a call into the engine's own copying.
const shortText = 48;
const shortPayload = 48;

const headOfPublish = 4 * PublishCommandField.words;

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

/** A call of the module, behind the commands that end at `at`. */
export interface StagedCall {
  readonly at: number;
  readonly call: (module: RawModule) => void;
}

/**
 * One block. Each method appends one command, whole or (when it throws a TypeError or RangeError for a value that can't be sent) not at all.
 */
export class CommandBlock {
  /** Frames that Receive commands in this block brought, by their number. */
  readonly frames: Uint8Array<ArrayBuffer>[] = [];
  /** In their order; what they name does not change any more. */
  readonly calls: StagedCall[] = [];
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

  get isEmpty(): boolean {
    return this.#length === 0 && this.calls.length === 0;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  clear(): void {
    this.#length = 0;
    this.frames.length = 0;
    // Setting a length costs more than asking for it, and each frame comes by here.
    if (this.calls.length > 0) this.calls.length = 0;
    if (this.#bytes.length > keptCapacity) {
      this.#words = new Uint32Array(1024);
      this.#bytes = new Uint8Array(this.#words.buffer);
    }
  }

  /** Where the last command ends that begins in the `limit` bytes from `begin` and before `end`: one command at least. Precondition: begin < end. */
  endOfRun(begin: number, end: number, limit: number): number {
    if (end - begin <= limit) return end;
    let at = begin;
    do {
      const next = at + this.#words[(at >> 2) + CommandField.length]!;
      if (next - begin > limit && at !== begin) break;
      at = next;
    } while (at < end);
    return at;
  }

  /** What happens once in a connection's life or less. */
  call(call: (module: RawModule) => void): void {
    this.calls.push({ at: this.#length, call });
  }

  value(kind: CommandKind, subject: number, value: number): void {
    const at = this.#begin(kind, subject, ValueCommandField.words);
    this.#words[at + ValueCommandField.value] = value;
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

  receive(
    kind: CommandKind.Receive | CommandKind.ConnectionReceive,
    subject: number,
    frame: Uint8Array<ArrayBuffer>,
  ): void {
    const at = this.#begin(kind, subject, ReceiveCommandField.words);
    this.#words[at + ReceiveCommandField.frame] = this.frames.length;
    this.#set(at + ReceiveCommandField.bytesLength, this.#binary(frame));
    this.frames.push(frame);
    this.#end();
  }

  acknowledge(
    subject: number,
    packetIdentifier: number,
    reasonCode: ReasonCode,
    properties: PacketProperties | undefined,
  ): void {
    const at = this.#begin(CommandKind.Acknowledge, subject, AcknowledgeCommandField.words);
    this.#words[at + AcknowledgeCommandField.packetIdentifier] = packetIdentifier;
    this.#words[at + AcknowledgeCommandField.reason] = reasonCode;
    this.#set(at + AcknowledgeCommandField.propertiesLength, this.#properties(properties ?? {}));
    this.#end();
  }

  /** Properties for a call: a run of its own, which changes nothing here. */
  runOf(properties: PacketProperties | undefined): Uint8Array {
    this.#at = this.#length;
    const length = properties === undefined ? 0 : this.#properties(properties);
    return this.#bytes.slice(this.#length, this.#length + length);
  }

  #announce(topic: string): number {
    const number = this.#topics.add(topic);
    const at = this.#begin(CommandKind.Topic, number, TopicCommandField.words);
    this.#set(at + TopicCommandField.textLength, this.#text(topic));
    this.#end();
    return number;
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
        if (typeof value !== 'string' && !(value instanceof Uint8Array))
          throw new TypeError(`${name} must be a Uint8Array`);
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
  new CommandBlock(new AnnouncedTopics()).runOf(properties);
}

/** Throws a RangeError that names the value. */
export function inRange(name: string, value: unknown, maximum: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maximum) return value;
  throw new RangeError(`${name} must be a whole number from 0 to ${maximum}, not ${String(value)}`);
}

/** A text for a call, in UTF-8. */
export function utf8Of(text: string): Uint8Array {
  return utf8.encode(text);
}
