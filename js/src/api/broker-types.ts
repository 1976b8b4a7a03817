// What createBroker() takes, and what a broker tells.
import type { Payload } from '../engine/payload.ts';
import type { ConnectedClient, ConnectingClient } from '../engine/types.ts';
import type { BrokerLimits } from '../generated/broker-options.ts';
import type { Awaitable } from './awaitable.ts';
import type { PublishPacket, PublishProperties, QoS, UserProperties } from './packets.ts';

/** What a number limits is refused or dropped beyond it. */
export interface BrokerOptions extends BrokerLimits {
  /**
   * Whether a client may connect, and what it may do then; those of broker.connect() are asked about, too. It has
   * connectTimeout for an answer that is promised. An exception, or a rejection, refuses the client and is an `error`
   * of the broker. Without it every client is welcome, but none with an Authentication Method.
   *
   * `authenticate: ({ username, password }) => username === 'joe' && password?.toString() === 'secret'`
   */
  authenticate?: (client: ApplicantClient) => Awaitable<Decision>;
}

/** Who asks to connect. */
export interface ApplicantClient extends Omit<ConnectingClient, 'properties'> {
  /** 5.0: how the client wants to authenticate, if by more than a password. Refuse a method that you do not know. */
  readonly authenticationMethod: string | undefined;
  /** What its CONNECT, or the AUTH by which it authenticates again, says in terms of the method. */
  readonly authenticationData: Payload | undefined;
  /** 5.0 */
  readonly userProperties: UserProperties | undefined;
  /** It authenticates again; if it is refused its connection ends. */
  readonly isConnected: boolean;
}

/** true: the client is welcome. false: it is not (Not authorized). */
export type Decision = boolean | Admission | Challenge;

export interface Admission {
  /** 0, the default, welcomes the client; 0x80 and above say why it is refused, as a CONNACK of 5.0 does. */
  reasonCode?: number;
  /** For people; told to 5.0 clients that want to know. */
  reasonString?: string;
  /** For programs; told to 5.0 clients with the answer. */
  userProperties?: UserProperties;
  /** Where to go instead, with 0x9C (Use another server) and 0x9D (Server moved). */
  serverReference?: string;
  /** The last word of an exchange; told to a client with an Authentication Method. */
  authenticationData?: Uint8Array | string;
  /**
   * Topic filters: what else the client publishes, its will included, is refused as not authorized. Without them it may
   * publish everything.
   */
  publish?: readonly string[] | TopicPermission;
  /** The same for subscriptions: each must be covered by one of these filters. "#" does not cover topics with a $. */
  subscribe?: readonly string[] | TopicPermission;
}

/** What is allowed, and what a 5.0 client that wants to know is told with each refusal of something else. */
export interface TopicPermission {
  topics: readonly string[];
  reasonString?: string;
  userProperties?: UserProperties;
}

/**
 * One step of enhanced authentication: the client gets the data, and `next` its answer to it. Only for a client with an
 * Authentication Method.
 */
export interface Challenge {
  authenticationData?: Uint8Array | string;
  reasonString?: string;
  userProperties?: UserProperties;
  next: (authenticationData: Payload | undefined) => Awaitable<Decision>;
}

export type BrokerClient = ConnectedClient;

export interface ClientGone {
  /** Empty if the client never said who it is. */
  readonly clientId: string;
  /** It said DISCONNECT. */
  readonly orderly: boolean;
  /** Why, for people; empty if it was orderly. */
  readonly reason: string;
  /** The reason code of MQTT 5.0 for it. */
  readonly reasonCode: number;
}

/** Each event's arguments. `clientId` says whose connection it is about. */
export interface BrokerEvents {
  clientConnected: [client: BrokerClient];
  clientDisconnected: [client: ClientGone];
  subscribe: [clientId: string, subscription: { topic: string; qos: QoS }];
  unsubscribe: [clientId: string, topic: string];
  /** A client published. Not for broker.publish(). */
  publish: [clientId: string, packet: PublishPacket];
  /** The Wasm module could not be started, or authenticate() failed. */
  error: [error: Error];
  /** close() is done. */
  close: [];
}

export interface BrokerPublishOptions {
  /** 0 */
  qos?: QoS;
  retain?: boolean;
  properties?: PublishProperties;
}
