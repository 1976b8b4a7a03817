// One client machine: its methods stage commands, its events come to its sink.
import { CommandKind } from '../generated/records.ts';
import { inRange, utf8Of } from './commands.ts';
import type { Engine } from './engine.ts';
import type { RawConnect } from './module.ts';
import type { PacketProperties } from './properties.ts';
import type {
  ClientMachineOptions,
  ClientSink,
  ConnectPacket,
  OperationToken,
  ReasonCode,
  SubscribeEntry,
  WillMessage,
} from './types.ts';

/**
 * A client through any number of transports, one at a time: startAttempt(), transportOpened(), receive()..., transportClosed().
 * Every method but receive() returns before anything was carried out; what comes of it, comes to the sink. A value that can't be sent throws a TypeError or a
 * RangeError, and nothing is staged. core/mqtt/client/client.h has the rules.
 */
export class ClientMachine {
  readonly engine: Engine;
  readonly number: number;

  /** `sink` hears of its events. */
  constructor(engine: Engine, options: ClientMachineOptions, sink: ClientSink) {
    this.engine = engine;
    this.number = engine.addClient(sink);
    const { hasJournal = false, trace = false, ...given } = options;
    const own = { ...defined(given), unixTimeAtZero: Date.now() - engine.now(), randomSeed: randomSeed() };
    engine.call((module) =>
      module.createClient(this.number, { ...module.defaultClientOptions(), ...own }, hasJournal, trace),
    );
  }

  /** The host begins to dial; connectTimeout runs. Calls off a pause between attempts, and forgets what is left of the attempt before. */
  startAttempt(): void {
    this.#call('startAttempt');
  }

  /** It is open: the CONNECT comes to output(). `maximumFrameSize` bounds what one output() brings, in bytes; undefined: nothing does. */
  transportOpened(connect: ConnectPacket, maximumFrameSize = Infinity): void {
    const raw = rawConnect(this.engine, connect);
    this.engine.call((module) => module.openTransport(this.number, raw, maximumFrameSize));
  }

  /** Bytes arrived; none: some that can't be handed over yet. Payloads that lie whole in `frame` come out as views of its buffer: its content must not change any more. */
  receive(frame: Uint8Array<ArrayBuffer>): void {
    this.engine.receive(CommandKind.Receive, this.number, frame);
  }

  /** The transport is gone, for whatever reason; the pause before the next attempt begins. Also when it never opened. */
  transportClosed(): void {
    this.#call('closeTransport');
  }

  /** Whether the transport takes bytes: while it doesn't, output() is not called and the machine's limits count what waits. */
  setWritable(writable: boolean): void {
    this.engine.stage().value(CommandKind.SetWritable, this.number, writable ? 1 : 0);
  }

  /** Of all that came to output(), so many bytes still wait in the transport: whenever that changes, and 0 at last. */
  noteUnsent(bytes: number): void {
    this.engine.stage().value(CommandKind.NoteUnsent, this.number, Math.min(bytes, 0xffff_ffff));
  }

  /** `flags` as PublishFlags. The payload is copied before this returns. */
  publish(
    topic: string,
    payload: Uint8Array | string,
    flags: number,
    properties: PacketProperties | undefined,
    token: OperationToken,
  ): void {
    this.engine.stage().publish(CommandKind.Publish, this.number, topic, payload, flags, properties, token);
  }

  subscribe(entries: readonly SubscribeEntry[], properties: PacketProperties | undefined, token: OperationToken): void {
    const named = entries.map(
      ({ topicFilter, qos, noLocal = false, retainAsPublished = false, retainHandling = 0 }) => {
        return [utf8Of(topicFilter), qos, noLocal, retainAsPublished, retainHandling] as const;
      },
    );
    const run = this.engine.stage().runOf(properties);
    this.engine.call((module) => {
      for (const entry of named) module.nameFilter(...entry);
      module.subscribe(this.number, run, token);
    });
  }

  unsubscribe(topicFilters: readonly string[], properties: PacketProperties | undefined, token: OperationToken): void {
    const named = topicFilters.map(utf8Of);
    const run = this.engine.stage().runOf(properties);
    this.engine.call((module) => {
      for (const topicFilter of named) module.nameFilter(topicFilter, 0, false, false, 0);
      module.unsubscribe(this.number, run, token);
    });
  }

  /** A refusal (wrong moment, wrong properties) comes to operationFailed(); nothing else ends the operation. */
  authenticate(reasonCode: ReasonCode, properties: PacketProperties | undefined, token: OperationToken = 0): void {
    const run = this.engine.stage().runOf(properties);
    this.engine.call((module) => module.authenticate(this.number, reasonCode, run, token));
  }

  /**
   * PUBACK or PUBREC for a message that came on the present transport; it waits for those to messages before. Of the properties, Reason String and User
   * Properties. Ignored for a message that awaits none.
   */
  acknowledge(packetIdentifier: number, reasonCode: ReasonCode, properties: PacketProperties | undefined): void {
    this.engine.stage().acknowledge(this.number, packetIdentifier, reasonCode, properties);
  }

  /** There will be none on this transport; the others do not wait for it. */
  leaveUnacknowledged(packetIdentifier: number): void {
    this.engine.stage().value(CommandKind.LeaveUnacknowledged, this.number, packetIdentifier);
  }

  /** From the next message on, those of QoS 1 and 2 are acknowledged by acknowledge() alone. */
  letHostAcknowledge(): void {
    this.#call('letHostAcknowledge');
  }

  /** The orderly end: DISCONNECT behind what is in the output; no reconnection until startAttempt(). */
  disconnect(reasonCode: ReasonCode, properties: PacketProperties | undefined): void {
    const run = this.engine.stage().runOf(properties);
    this.engine.call((module) => module.disconnect(this.number, reasonCode, run));
  }

  /** A pause that runs is called off. */
  stopReconnecting(): void {
    this.#call('stopReconnecting');
  }

  /** The present attempt or connection ends, a connection by a DISCONNECT; reconnectDue() follows at once. Operations go on. */
  reconnect(): void {
    this.#call('reconnect');
  }

  /** Takes an unacknowledged or queued publish back: its token comes back as failed, and it is not sent again. */
  discard(token: OperationToken): void {
    this.engine.call((module) => module.discard(this.number, token));
  }

  /** A PINGREQ now, to learn whether the connection lives. */
  probe(): void {
    this.#call('probe');
  }

  /** With a journal: each record (whose bytes do not change any more) that journalPut() brought and journalErase() did not take back, in the order of keys. */
  restore(key: Uint8Array, value: Uint8Array): void {
    this.engine.call((module) => module.restore(this.number, key, value));
  }

  /** Behind the last record: before it transportOpened() is refused, and publishes wait. */
  finishRestoring(): void {
    this.#call('finishRestoring');
  }

  /** Whether packetReceived() and packetSent() come from now on. */
  setTrace(wanted: boolean): void {
    this.engine.call((module) => module.setTrace(this.number, wanted));
  }

  /** Ends the machine without another packet; its sink is not called any more. Nothing else may be called on it afterwards. */
  destroy(): void {
    this.#call('destroyClient');
    this.engine.forgetClient(this.number);
  }

  #call(name: CallOfClient): void {
    this.engine.call((module) => module[name](this.number));
  }
}

type CallOfClient =
  | 'destroyClient'
  | 'startAttempt'
  | 'closeTransport'
  | 'stopReconnecting'
  | 'reconnect'
  | 'probe'
  | 'finishRestoring'
  | 'letHostAcknowledge';

const nothing = new Uint8Array(0);
const noWill: WillMessage = { topic: '', payload: nothing, qos: 0, retain: false };

/** A CONNECT whose values have come a long way since they were checked: one that can't be sent is a TypeError or RangeError that names it. */
export function rawConnect(engine: Engine, packet: ConnectPacket): RawConnect {
  const runOf = (properties: PacketProperties | undefined): Uint8Array => engine.stage().runOf(properties);
  const { username, password, will = noWill } = packet;
  return {
    protocolVersion: packet.protocolVersion,
    clientId: textOf('clientId', packet.clientId),
    clean: packet.clean,
    keepAlive: inRange('keepAlive', packet.keepAlive, 0xffff),
    hasUsername: username !== undefined,
    username: textOf('username', username),
    hasPassword: password !== undefined,
    password: bytesOf('password', password),
    bridge: packet.bridge ?? false,
    properties: runOf(packet.properties),
    hasWill: packet.will !== undefined,
    will: {
      topic: textOf('will.topic', will.topic),
      payload: bytesOf('will.payload', will.payload),
      qos: inRange('will.qos', will.qos, 2),
      retain: will.retain,
      properties: runOf(will.properties),
    },
  };
}

function textOf(name: string, value: string | undefined): Uint8Array {
  if (value === undefined) return nothing;
  if (typeof value === 'string') return utf8Of(value);
  throw new TypeError(`${name} must be a string, not ${typeof value}`);
}

function bytesOf(name: string, value: Uint8Array | string | undefined): Uint8Array {
  if (value === undefined) return nothing;
  if (typeof value === 'string') return utf8Of(value);
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
  throw new TypeError(`${name} must be a string or a Uint8Array, not ${typeof value}`);
}

/** Without what is undefined, so that a default takes its place. */
export function defined<Options extends object>(
  options: Options,
): { [Name in keyof Options]?: Exclude<Options[Name], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

/** 53 bits, which a number holds. */
export function randomSeed(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2)) as unknown as [number, number];
  return (high & 0x1f_ffff) * 2 ** 32 + low;
}
