// One client machine: its methods stage commands, its events come to its sink.
import { CommandKind } from '../generated/records.ts';
import type { Engine } from './engine.ts';
import type { PacketProperties } from './properties.ts';
import type { ClientMachineOptions, ConnectPacket, OperationToken, ReasonCode, SubscribeEntry } from './types.ts';

/** What a limit of `undefined` crosses as. */
const noLimit = 0xffffffff;

/**
 * A client through any number of transports, one at a time: startAttempt(), transportOpened(), receive()..., transportClosed().
 * Every method but receive() returns before anything was carried out; what comes of it, comes to the sink. A value that can't be sent throws a TypeError or a
 * RangeError, and nothing is staged. core/mqtt/client/client.h has the rules.
 */
export class ClientMachine {
  readonly engine: Engine;
  readonly number: number;

  /** Made by Engine.createClient(). */
  constructor(engine: Engine, number: number, options: ClientMachineOptions) {
    this.engine = engine;
    this.number = number;
    engine.stage().values(CommandKind.CreateClient, number, optionValues(options, Date.now() - engine.now()));
    if (options.acknowledgedByHost) this.letHostAcknowledge();
  }

  /** The host begins to dial; connectTimeout runs. Calls off a pause between attempts, and forgets what is left of the attempt before. */
  startAttempt(): void {
    this.engine.stage().command(CommandKind.StartAttempt, this.number);
  }

  /** It is open: the CONNECT comes to output(). `maximumFrameSize` bounds what one output() brings, in bytes; undefined: nothing does. */
  transportOpened(connect: ConnectPacket, maximumFrameSize?: number): void {
    this.engine.stage().connect(CommandKind.TransportOpened, this.number, 0, limit(maximumFrameSize), connect);
  }

  /** Bytes arrived; none: some that can't be handed over yet. Payloads that lie whole in `frame` come out as views of its buffer: its content must not change any more. */
  receive(frame: Uint8Array<ArrayBuffer>): void {
    this.engine.receive(CommandKind.Receive, this.number, frame);
  }

  /** The transport is gone, for whatever reason; the pause before the next attempt begins. Also when it never opened. */
  transportClosed(): void {
    this.engine.stage().command(CommandKind.TransportClosed, this.number);
  }

  /** Whether the transport takes bytes: while it doesn't, output() is not called and the machine's limits count what waits. */
  setWritable(writable: boolean): void {
    this.engine.stage().value(CommandKind.SetWritable, this.number, writable ? 1 : 0);
  }

  /** Of all that came to output(), so many bytes still wait in the transport: whenever that changes, and 0 at last. */
  noteUnsent(bytes: number): void {
    this.engine.stage().value(CommandKind.NoteUnsent, this.number, limit(bytes));
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
    this.engine.stage().subscribe(this.number, entries, properties, token);
  }

  unsubscribe(topicFilters: readonly string[], properties: PacketProperties | undefined, token: OperationToken): void {
    this.engine.stage().unsubscribe(this.number, topicFilters, properties, token);
  }

  /** A refusal (wrong moment, wrong properties) comes to operationFailed(); nothing else ends the operation. */
  authenticate(reasonCode: ReasonCode, properties: PacketProperties | undefined, token: OperationToken = 0): void {
    this.engine.stage().reason(CommandKind.Authenticate, this.number, token, reasonCode, properties);
  }

  /**
   * PUBACK or PUBREC for a message that came on the present transport; it waits for those to messages before. Of the properties, Reason String and User
   * Properties. Ignored for a message that awaits none.
   */
  acknowledge(packetIdentifier: number, reasonCode: ReasonCode, properties: PacketProperties | undefined): void {
    this.engine.stage().reason(CommandKind.Acknowledge, this.number, packetIdentifier, reasonCode, properties);
  }

  /** There will be none on this transport; the others do not wait for it. */
  leaveUnacknowledged(packetIdentifier: number): void {
    this.engine.stage().value(CommandKind.LeaveUnacknowledged, this.number, packetIdentifier);
  }

  /** From the next message on, those of QoS 1 and 2 are acknowledged by acknowledge() alone. */
  letHostAcknowledge(): void {
    this.engine.stage().command(CommandKind.LetHostAcknowledge, this.number);
  }

  /** The orderly end: DISCONNECT behind what is in the output; no reconnection until startAttempt(). */
  disconnect(reasonCode: ReasonCode, properties: PacketProperties | undefined): void {
    this.engine.stage().reason(CommandKind.Disconnect, this.number, 0, reasonCode, properties);
  }

  /** A pause that runs is called off. */
  stopReconnecting(): void {
    this.engine.stage().command(CommandKind.StopReconnecting, this.number);
  }

  /** The present attempt or connection ends, a connection by a DISCONNECT; reconnectDue() follows at once. Operations go on. */
  reconnect(): void {
    this.engine.stage().command(CommandKind.Reconnect, this.number);
  }

  /** Takes an unacknowledged or queued publish back: its token comes back as failed, and it is not sent again. */
  discard(token: OperationToken): void {
    this.engine.stage().value(CommandKind.Discard, this.number, token);
  }

  /** A PINGREQ now, to learn whether the connection lives. */
  probe(): void {
    this.engine.stage().command(CommandKind.Probe, this.number);
  }

  /** With a journal: each record that journalPut() brought and journalErase() did not take back, in the order of keys. */
  restore(key: Uint8Array, value: Uint8Array): void {
    this.engine.stage().restore(this.number, key, value);
  }

  /** Behind the last record: before it transportOpened() is refused, and publishes wait. */
  finishRestoring(): void {
    this.engine.stage().command(CommandKind.FinishRestoring, this.number);
  }

  /** Whether packetReceived() and packetSent() come from now on. */
  setTrace(wanted: boolean): void {
    this.engine.stage().value(CommandKind.SetTrace, this.number, wanted ? 1 : 0);
  }

  /** Ends the machine without another packet; its sink is not called any more. Nothing else may be called on it afterwards. */
  destroy(): void {
    this.engine.stage().command(CommandKind.DestroyClient, this.number);
    this.engine.forgetClient(this.number);
  }
}

// In the order of CreateClientCommand.
function optionValues(options: ClientMachineOptions, unixTimeAtZero: number): number[] {
  const [seedLow, seedHigh] = randomSeed();
  return [
    (options.reconnect ?? true) ? 1 : 0,
    milliseconds(options.initialReconnectDelay ?? 1000),
    milliseconds(options.maximumReconnectDelay ?? 30_000),
    thousandths(options.reconnectFactor ?? 2),
    thousandths(options.reconnectJitter ?? 0.2),
    milliseconds(options.connectTimeout ?? 30_000),
    (options.resubscribe ?? true) ? 1 : 0,
    limit(options.subscribeBatchSize ?? 0),
    (options.queueQosZero ?? true) ? 1 : 0,
    limit(options.maximumQueuedMessages),
    limit(options.maximumQueuedBytes),
    options.trace ? 1 : 0,
    limit(options.maximumAutomaticTopicAliases ?? 0),
    options.hasJournal ? 1 : 0,
    Math.floor(unixTimeAtZero / 2 ** 32),
    Math.floor(unixTimeAtZero) >>> 0,
    seedLow,
    seedHigh,
    options.keepsSession ? 1 : 0,
    options.fallsBack ? 1 : 0,
  ];
}

// Options that are no numbers at all are refused where they come in; these only bring numbers into the range of what crosses.
export function limit(value: number | undefined): number {
  return value === undefined || value > noLimit ? noLimit : Math.max(0, Math.trunc(value));
}

export function milliseconds(value: number): number {
  return limit(value);
}

function thousandths(value: number): number {
  return limit(value * 1000);
}

export function randomSeed(): [number, number] {
  const words = crypto.getRandomValues(new Uint32Array(2));
  return [words[0]!, words[1]!];
}
