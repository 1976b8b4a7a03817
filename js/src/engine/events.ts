// The events of a step, as fixed-size records in linear memory -> calls of the sinks.
import {
  CloseEventField,
  ConnackEventField,
  ErrorEventField,
  ErrorKind,
  EventKind,
  JournalEventField,
  eventWords,
  MessageEventField,
  MessageFlags,
  OutputEventField,
  PacketEventField,
  PauseEventField,
  PublishedEventField,
  ReasonEventField,
  StepResultsField,
  SubscribedEventField,
  TopicEventField,
} from '../generated/records.ts';
import type { RawModule } from './module.ts';
import { decodeText, Payload } from './payload.ts';
import { readProperties, type PacketProperties } from './properties.ts';
import type { ClientSink, EngineError, Fault, ProtocolVersion, PublishContent } from './types.ts';

const faults: readonly Fault[] = ['peer-sent-garbage', 'peer-broke-protocol', 'limit-reached', 'caller-misuse'];

const lowerMessageFlags = MessageFlags.QosMask | MessageFlags.Retain | MessageFlags.Dup;

const noBytes = new Uint8Array(0);
const noBuffer = noBytes.buffer;

/** What the broker's events go to; `at` is the event's place, in words. */
export interface BrokerEvents {
  handle(kind: EventKind, subject: number, at: number, reader: EventReader): void;
  /** The module is gone: every transport is to be closed. */
  stopped(): void;
}

/**
 * Reads what the last step left. Views of linear memory are taken anew for each walk, and no call into the module happens during one, so they hold.
 */
export class EventReader {
  broker: BrokerEvents | undefined;
  readonly #clients: readonly (ClientSink | undefined)[];
  readonly #module: RawModule;
  #results = 0;
  readonly #reportError: (error: unknown) => void;
  readonly #topics: string[] = [];
  #words: Uint32Array<ArrayBuffer> = new Uint32Array(0);
  #bytes: Uint8Array<ArrayBuffer> = noBytes;
  #data = 0;
  // Small payloads that lie in no frame, copied out together when the first of them is met.
  #payloads: ArrayBuffer | undefined;
  // Where the frame lies that payloads are views of.
  #frameBuffer: ArrayBuffer = noBuffer;
  #frameOffset = 0;
  // Of the PUBLISH that the next event names.
  #packetContent: PublishContent | undefined;
  // An output that consists of several runs, until all are there.
  #joined: Uint8Array<ArrayBuffer> | undefined;
  #joinedLength = 0;

  /** `clients` are the sinks by the clients' numbers, as they are at each moment. */
  constructor(module: RawModule, clients: readonly (ClientSink | undefined)[], reportError: (error: unknown) => void) {
    this.#module = module;
    this.#clients = clients;
    this.#reportError = reportError;
  }

  /** Linear memory, as it lies at this moment: the view holds until the next call into the module. */
  words(): Uint32Array<ArrayBuffer> {
    this.#renewViews();
    return this.#words;
  }

  // Growth puts another buffer in place of the one before, whose views are empty from then on.
  #renewViews(): void {
    if (this.#bytes.length > 0) return;
    const { buffer, byteOffset } = this.#module.results();
    this.#results = byteOffset >> 2;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
  }

  /** Calls the sinks for every event in order. What a sink throws is reported, and the walk goes on behind it. */
  walk(frames: readonly Uint8Array<ArrayBuffer>[]): void {
    this.#renewViews();
    const words = this.#words;
    let at = words[this.#results + StepResultsField.events]! >> 2;
    const end = at + words[this.#results + StepResultsField.eventCount]! * eventWords;
    this.#data = words[this.#results + StepResultsField.data]!;
    while (at < end) {
      try {
        for (; at < end; at += eventWords) this.#handle(words[at]!, words[at + 1]!, at, frames);
      } catch (error) {
        at += eventWords;
        this.#reportError(error);
      }
    }
    this.#payloads = undefined;
    this.#frameBuffer = noBuffer;
  }

  #handle(kind: EventKind, subject: number, at: number, frames: readonly Uint8Array<ArrayBuffer>[]): void {
    if (kind === EventKind.Message) {
      const sink = this.#clients[subject];
      if (sink === undefined) return;
      const flags = this.#words[at + MessageEventField.flags]!;
      sink.message(
        this.topic(at),
        this.payload(at),
        flags & lowerMessageFlags,
        flags >>> MessageFlags.PacketIdentifierShift,
        this.properties(at + MessageEventField.propertiesOffset),
      );
    } else if (kind === EventKind.Topic) {
      this.#topics[subject] = this.text(at + TopicEventField.textOffset);
    } else if (kind === EventKind.Frame) {
      const frame = frames[subject]!;
      this.#frameBuffer = frame.buffer;
      this.#frameOffset = frame.byteOffset;
    } else if (kind < EventKind.Connected) {
      const sink = this.#clients[subject];
      if (sink !== undefined) this.#handleRare(kind, sink, at);
    } else {
      this.broker?.handle(kind, subject, at, this);
    }
  }

  // Those that do not come with every message.
  #handleRare(kind: EventKind, sink: ClientSink, at: number): void {
    switch (kind) {
      case EventKind.Output: {
        const frame = this.output(at);
        if (frame !== undefined) sink.output(frame);
        return;
      }
      case EventKind.Published:
        return sink.published(
          this.word(at + PublishedEventField.token),
          this.word(at + PublishedEventField.packetIdentifier),
          this.word(at + PublishedEventField.reason),
          this.properties(at + PublishedEventField.propertiesOffset),
        );
      case EventKind.Subscribed:
      case EventKind.Unsubscribed: {
        const reasons = this.#data + this.word(at + SubscribedEventField.reasonsOffset);
        return sink[kind === EventKind.Subscribed ? 'subscribed' : 'unsubscribed'](
          this.word(at + SubscribedEventField.token),
          this.word(at + SubscribedEventField.packetIdentifier),
          Array.from(this.#bytes.subarray(reasons, reasons + this.word(at + SubscribedEventField.reasonsLength))),
          this.properties(at + SubscribedEventField.propertiesOffset),
        );
      }
      case EventKind.OperationFailed:
        return sink.operationFailed(this.word(at + ErrorEventField.token), this.error(at));
      case EventKind.Connack:
        return sink.connack({
          sessionPresent: this.word(at + ConnackEventField.sessionPresent) !== 0,
          reasonCode: this.word(at + ConnackEventField.reason),
          protocolVersion: this.word(at + ConnackEventField.version) as ProtocolVersion,
          properties: this.properties(at + ConnackEventField.propertiesOffset),
        });
      case EventKind.Disconnect:
      case EventKind.Auth:
        return sink[kind === EventKind.Disconnect ? 'disconnect' : 'auth'](
          this.word(at + ReasonEventField.reason),
          this.properties(at + ReasonEventField.propertiesOffset),
        );
      case EventKind.PacketContent:
        this.#packetContent = {
          topic: this.topic(at),
          payload: this.payload(at),
          flags: this.messageFlags(at),
          properties: this.properties(at + MessageEventField.propertiesOffset),
        };
        return;
      case EventKind.PacketReceived:
      case EventKind.PacketSent: {
        const content = this.#packetContent;
        this.#packetContent = undefined;
        return sink[kind === EventKind.PacketReceived ? 'packetReceived' : 'packetSent']?.(
          this.word(at + PacketEventField.type),
          this.word(at + PacketEventField.packetIdentifier),
          this.word(at + PacketEventField.bytes),
          content,
        );
      }
      case EventKind.JournalPut:
        return sink.journalPut?.(
          this.bytes(at + JournalEventField.keyOffset),
          this.bytes(at + JournalEventField.valueOffset),
        );
      case EventKind.JournalErase:
        return sink.journalErase?.(this.bytes(at + JournalEventField.keyOffset));
      case EventKind.RestoreFailed:
        return sink.restoreFailed?.(this.error(at));
      case EventKind.ReconnectScheduled:
        return sink.reconnectScheduled?.(
          this.word(at + PauseEventField.milliseconds),
          this.word(at + PauseEventField.fallsBack) !== 0,
        );
      case EventKind.ReconnectDue:
        return sink.reconnectDue();
      case EventKind.ConnectFailed:
        return sink.connectFailed(this.error(at));
      case EventKind.Warning:
        return sink.warning?.(this.error(at));
      case EventKind.Closing:
        return sink.closing(this.error(at));
      case EventKind.CloseTransport:
        return sink.closeTransport(this.word(at + CloseEventField.atOnce) !== 0);
    }
  }

  // --- the fields of the event at `at`; those with two words, an offset and a length, are named by the first

  word(at: number): number {
    return this.#words[at]!;
  }

  text(at: number): string {
    return this.textAt(this.#words[at]!, this.#words[at + 1]!);
  }

  bytes(at: number): Uint8Array {
    return this.bytesAt(this.#words[at]!, this.#words[at + 1]!);
  }

  properties(at: number): PacketProperties | undefined {
    return this.propertiesAt(this.#words[at]!, this.#words[at + 1]!);
  }

  /** The next three are for what lies at `offset` in the step's data. */
  textAt(offset: number, length: number): string {
    const begin = this.#data + offset;
    return decodeText(this.#bytes, begin, begin + length);
  }

  bytesAt(offset: number, length: number): Payload {
    return this.#copyOf(this.#data + offset, length);
  }

  propertiesAt(offset: number, length: number): PacketProperties | undefined {
    return length === 0 ? undefined : readProperties(this.#words, this.#bytes, this.#data + offset, length);
  }

  /** Of an ErrorEvent. */
  error(at: number): EngineError {
    return this.errorOf(
      this.word(at + ErrorEventField.fault),
      this.word(at + ErrorEventField.reason),
      this.text(at + ErrorEventField.textOffset),
      this.word(at + ErrorEventField.errorKind),
    );
  }

  errorOf(fault: number, reasonCode: number, text: string, kind = ErrorKind.Other): EngineError {
    return { fault: faults[fault]!, reasonCode, text, kind };
  }

  /** The next four are of a MessageEvent. */
  topic(at: number): string {
    return this.#topics[this.#words[at + MessageEventField.topic]!]!;
  }

  messageFlags(at: number): number {
    return this.#words[at + MessageEventField.flags]! & lowerMessageFlags;
  }

  packetIdentifier(at: number): number {
    return this.#words[at + MessageEventField.flags]! >>> MessageFlags.PacketIdentifierShift;
  }

  payload(at: number): Payload {
    const flags = this.#words[at + MessageEventField.flags]!;
    const offset = this.#words[at + MessageEventField.payloadOffset]!;
    const length = this.#words[at + MessageEventField.payloadLength]!;
    if ((flags & MessageFlags.PayloadInFrame) !== 0) {
      return new Payload(this.#frameBuffer, this.#frameOffset + offset, length);
    }
    return (flags & MessageFlags.PayloadInPayloads) === 0
      ? this.#copyOf(this.#data + offset, length)
      : this.#payloadInPayloads(offset, length);
  }

  #payloadInPayloads(offset: number, length: number): Payload {
    const begin = this.#words[this.#results + StepResultsField.payloads]!;
    if (this.#payloads === undefined) {
      const total = this.#words[this.#results + StepResultsField.payloadsLength]!;
      if (total === length) return this.#copyOf(begin, length);
      this.#payloads = this.#bytes.buffer.slice(begin, begin + total);
    }
    return new Payload(this.#payloads, offset, length);
  }

  #copyOf(begin: number, length: number): Payload {
    const copy = new Payload(length); // for short ones the cheapest way
    copy.set(this.#bytes.subarray(begin, begin + length));
    return copy;
  }

  /** The whole of an output, once its last run is met; before, undefined. */
  output(at: number): Uint8Array<ArrayBuffer> | undefined {
    const address = this.#words[at + OutputEventField.address]!;
    const length = this.#words[at + OutputEventField.length]!;
    const total = this.#words[at + OutputEventField.total]!;
    if (length === total) return this.#bytes.slice(address, address + length);
    if (this.#joined === undefined) {
      this.#joined = new Uint8Array(total);
      this.#joinedLength = 0;
    }
    this.#joined.set(this.#bytes.subarray(address, address + length), this.#joinedLength);
    this.#joinedLength += length;
    if (this.#joinedLength < total) return undefined;
    const whole = this.#joined;
    this.#joined = undefined;
    return whole;
  }
}
