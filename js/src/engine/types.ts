// What crosses between the engine and the package above it: packets and errors as plain values, options, and the sinks that hear of events.
import type { BrokerLimits } from '../generated/broker-options.ts';
import type { ErrorKind } from '../generated/records.ts';
import type { Payload } from './payload.ts';
import type { PacketProperties } from './properties.ts';

export type ProtocolVersion = 3 | 4 | 5;

/** A number of the standard's table; `reasonCodeNames` in generated/reason-codes.ts has its name. */
export type ReasonCode = number;

/** Whose fault an error is. */
export type Fault = 'peer-sent-garbage' | 'peer-broke-protocol' | 'limit-reached' | 'caller-misuse';

/** An error as the core tells it: `text` is a sentence fragment for people. */
export interface EngineError {
  readonly fault: Fault;
  readonly reasonCode: ReasonCode;
  readonly text: string;
  /** What public error codes are chosen by; none: Other. */
  readonly kind?: ErrorKind;
}

/**
 * The caller's number of one operation, 1 to 0xFFFFFFFF; it comes back exactly once, by published(), subscribed(), unsubscribed() or operationFailed().
 * 0 asks for no answer (a failure still comes, as token 0), which is the cheapest publish.
 */
export type OperationToken = number;

/** The flags of a PUBLISH in one number: `qos | Retain | Dup`. */
export const PublishFlags = { qosMask: 3, retain: 4, dup: 8 } as const;

export interface WillMessage {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly properties?: PacketProperties | undefined;
}

export interface ConnectPacket {
  readonly protocolVersion: ProtocolVersion;
  readonly clientId: string;
  /** Clean Session before 5.0. */
  readonly clean: boolean;
  /** Seconds, 0 to 65,535; 0 turns it off. */
  readonly keepAlive: number;
  readonly username?: string | undefined;
  readonly password?: Uint8Array | string | undefined;
  readonly will?: WillMessage | undefined;
  /** The bridge bit of mosquitto's convention. */
  readonly bridge?: boolean | undefined;
  readonly properties?: PacketProperties | undefined;
}

export interface ConnackPacket {
  /** In whose form it is; 4 where a server refuses a CONNECT of 5.0 that way. */
  readonly protocolVersion: ProtocolVersion;
  readonly sessionPresent: boolean;
  readonly reasonCode: ReasonCode;
  readonly properties: PacketProperties | undefined;
}

export interface SubscribeEntry {
  readonly topicFilter: string;
  readonly qos: 0 | 1 | 2;
  readonly noLocal?: boolean | undefined;
  readonly retainAsPublished?: boolean | undefined;
  readonly retainHandling?: 0 | 1 | 2 | undefined;
}

/** Times are milliseconds. */
export interface ClientMachineOptions {
  /** false: reconnectDue() never comes. */
  readonly reconnect?: boolean | undefined;
  readonly initialReconnectDelay?: number | undefined; // 1000
  readonly maximumReconnectDelay?: number | undefined; // 30,000
  readonly reconnectFactor?: number | undefined; // 2; 1 keeps the pause
  readonly reconnectJitter?: number | undefined; // 0.2; 0 to 1
  /** From startAttempt() to the CONNACK. */
  readonly connectTimeout?: number | undefined; // 30,000
  /** A CONNECT of 5.0 is made again, in 3.1.1, to a server that does not speak 5.0. */
  readonly fallsBack?: boolean | undefined; // false
  /** What waits fails when no attempt follows; its messages of QoS 1 and 2 stay nevertheless. So they do after a CONNECT that was not clean, and with a journal. */
  readonly keepsSession?: boolean | undefined; // false
  readonly resubscribe?: boolean | undefined; // true
  /** Filters in one SUBSCRIBE of a resubscription; 0 is no limit. */
  readonly subscribeBatchSize?: number | undefined; // 0
  readonly queueQosZero?: boolean | undefined; // true
  readonly maximumQueuedMessages?: number | undefined; // no limit
  readonly maximumQueuedBytes?: number | undefined; // no limit
  /** Makes packetReceived() and packetSent() come. */
  readonly trace?: boolean | undefined; // false
  /** Aliases that the client gives to the topics it publishes to most; 0: only those that the application sets. */
  readonly maximumAutomaticTopicAliases?: number | undefined; // 0
  /** Makes journalPut() and journalErase() come; restore() and finishRestoring() are awaited. */
  readonly hasJournal?: boolean | undefined; // false
  /** As ClientMachine.letHostAcknowledge(). */
  readonly acknowledgedByHost?: boolean | undefined; // false
}

/**
 * Hears of one client's events, inside Engine's walk: it may call any method of the engine (they only stage what is to be done), and must not
 * keep the `properties` of a message beyond the call without need. An exception thrown here reaches EngineOptions.reportError; the walk goes on.
 */
export interface ClientSink {
  /**
   * After transportClosed(): reconnectDue() comes after so many milliseconds, unless it is called off. `fallsBack`: at once, and the attempt goes on with the
   * one that has ended, in 3.1.1.
   */
  reconnectScheduled?(pause: number, fallsBack: boolean): void;
  /** It is time to dial: open a transport, call startAttempt() and then, when it is open, transportOpened(). */
  reconnectDue(): void;
  /** transportOpened() named something that can't be sent; nothing was sent. Close the transport. */
  connectFailed(error: EngineError): void;
  /** Whatever it says; a refusal is followed by closing(). One of 5.0 is not told if the next attempt falls back. */
  connack(packet: ConnackPacket): void;
  /** A message, once at QoS 2. `flags` as PublishFlags; `packetIdentifier` is 0 at QoS 0. */
  message(
    topic: string,
    payload: Payload,
    flags: number,
    packetIdentifier: number,
    properties: PacketProperties | undefined,
  ): void;
  /** QoS 0: in the output. QoS 1 and 2: acknowledged for good; the reason may be a failure (5.0). Not for token 0. */
  published(
    token: OperationToken,
    packetIdentifier: number,
    reasonCode: ReasonCode,
    properties: PacketProperties | undefined,
  ): void;
  /** One reason code for each entry, in order; 0x80 and above are refusals. */
  subscribed(
    token: OperationToken,
    packetIdentifier: number,
    reasonCodes: ReasonCode[],
    properties: PacketProperties | undefined,
  ): void;
  /** Before 5.0 there are no reason codes: then the list is empty. */
  unsubscribed(
    token: OperationToken,
    packetIdentifier: number,
    reasonCodes: ReasonCode[],
    properties: PacketProperties | undefined,
  ): void;
  /** The operation was refused, or will never end: its connection or session is gone, it was discarded, or no attempt follows. */
  operationFailed(token: OperationToken, error: EngineError): void;
  /** The server's DISCONNECT (5.0). closing() follows. */
  disconnect(reasonCode: ReasonCode, properties: PacketProperties | undefined): void;
  /** The server's AUTH (5.0): answer with authenticate(). */
  auth(reasonCode: ReasonCode, properties: PacketProperties | undefined): void;
  /** The server does what the standard does not allow, and the machine goes on. Once for each kind and transport. */
  warning?(error: EngineError): void;
  /**
   * The machine is done with this transport, and why; reason code 0 is the orderly end that disconnect() or reconnect() asked for, or that a fallback needs.
   * closeTransport() follows.
   */
  closing(error: EngineError): void;
  /**
   * Bytes for the transport: what one step made, in one frame or in several calls one behind the other. A frame begins and ends with packets; only one
   * that is larger than transportOpened() allows is split. The caller owns them. Not called for a client that is linked to an in-tab broker.
   */
  output(frame: Uint8Array<ArrayBuffer>): void;
  /** Everything was handed to output(): close the transport, and call transportClosed() once it is closed. `atOnce`: nobody is there who would agree. */
  closeTransport(atOnce: boolean): void;
  /**
   * Only with ClientMachineOptions.hasJournal: what the session has become. What output() brings in the same step, or later, may leave only when this is
   * stored for good. core/mqtt/session/journal.h has the rules.
   */
  journalPut?(key: Uint8Array, value: Uint8Array): void;
  journalErase?(key: Uint8Array): void;
  /** A restore() brought what is no record of this version: the machine is of no use. */
  restoreFailed?(error: EngineError): void;
  /** Only with ClientMachineOptions.trace. `packetType` as in the standard: 1 CONNECT ... 15 AUTH. `content` is a PUBLISH's. */
  packetReceived?(packetType: number, packetIdentifier: number, bytes: number, content?: PublishContent): void;
  packetSent?(packetType: number, packetIdentifier: number, bytes: number, content?: PublishContent): void;
}

/** What a PUBLISH says, as it says it: the topic is empty where an alias stands for it. `flags` as PublishFlags. */
export interface PublishContent {
  readonly topic: string;
  readonly payload: Payload;
  readonly flags: number;
  readonly properties: PacketProperties | undefined;
}

/** See core/mqtt/broker/broker_options.inc. */
export interface BrokerMachineOptions extends BrokerLimits {
  /** Makes BrokerSink.publish() come for every PUBLISH that the broker accepts. */
  readonly reportPublishes?: boolean | undefined; // false
  /** Makes BrokerSink.connecting() and authenticating() come. */
  readonly asksHost?: boolean | undefined; // false
}

/** What the CONNECT says of a client that waits for the host's verdict. */
export interface ConnectingClient {
  /** Empty if the broker is to choose one. */
  readonly clientId: string;
  readonly protocolVersion: ProtocolVersion;
  readonly clean: boolean;
  readonly keepAlive: number;
  readonly username: string | undefined;
  readonly password: Payload | undefined;
  readonly properties: PacketProperties | undefined;
}

/** The host's answer to connecting() or authenticating(). core/mqtt/broker/broker_authority.h has the rules. */
export interface Verdict {
  /** Success; Continue authentication, to a client with an Authentication Method; or a failure that a CONNACK may carry. */
  readonly reasonCode: ReasonCode;
  /** Authentication Data, Reason String, User Properties and Server Reference. */
  readonly properties?: PacketProperties | undefined;
  /** With Success: topic filters that cover what the client may publish and subscribe to; undefined: everything. */
  readonly publish?: readonly string[] | undefined;
  readonly subscribe?: readonly string[] | undefined;
  /** What the refusal of anything else says: Reason String and User Properties. */
  readonly publishRefusal?: PacketProperties | undefined;
  readonly subscribeRefusal?: PacketProperties | undefined;
}

export interface ConnectedClient {
  readonly clientId: string;
  readonly protocolVersion: ProtocolVersion;
  readonly clean: boolean;
  readonly sessionPresent: boolean;
  readonly keepAlive: number;
  readonly username: string | undefined;
}

export interface ConnectionEnd {
  /** Empty before a CONNECT was accepted. */
  readonly clientId: string;
  /** The client said DISCONNECT. */
  readonly orderly: boolean;
  /** Of the Close frame, where the transport is a WebSocket. */
  readonly closeCode: number;
  /** Why, if it was not orderly. */
  readonly error: EngineError;
}

/** Hears of one broker's events; what ClientSink's comment says holds here too. `connection` is the number that open() or link() answered. */
export interface BrokerSink {
  connected(connection: number, client: ConnectedClient): void;
  /** Once for each connection, when the broker decides to close it or learns that it is gone. */
  ended(connection: number, end: ConnectionEnd): void;
  subscribed(connection: number, topicFilter: string, qos: 0 | 1 | 2): void;
  unsubscribed(connection: number, topicFilter: string): void;
  /** Only with BrokerMachineOptions.reportPublishes. Not for the host's own publish(). */
  publish?(
    connection: number,
    topic: string,
    payload: Payload,
    flags: number,
    packetIdentifier: number,
    properties: PacketProperties | undefined,
  ): void;
  /** A publish() of the host was refused: what is wrong with it. */
  publishFailed(token: OperationToken, error: EngineError): void;
  /** Only with BrokerMachineOptions.asksHost. The connection waits for decide(). */
  connecting?(connection: number, client: ConnectingClient): void;
  /** The same for an AUTH of a client with an Authentication Method: 0x18, or 0x19 of one that is connected. */
  authenticating?(connection: number, reasonCode: ReasonCode, properties: PacketProperties | undefined): void;
}

/** The transport below one connection of the broker. */
export interface ConnectionSink {
  /** Bytes for the transport: whole packets, as many in one call as open() allows; what one step made comes in calls one behind the other. The caller owns them. */
  output(frame: Uint8Array<ArrayBuffer>): void;
  /** Everything was handed to output(): close the transport, and call closed() once it is closed. */
  closeTransport(): void;
}

/** As core/mqtt/broker/broker.h says: running totals since the broker was made, and what there is now. */
export interface BrokerStatistics {
  readonly publishesReceived: number;
  readonly publishesSent: number;
  readonly publishesDropped: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly connectionsAccepted: number;
  readonly connections: number;
  readonly sessions: number;
  readonly subscriptions: number;
  readonly retainedMessages: number;
}
