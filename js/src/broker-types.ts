// What createBroker() takes, and what a broker tells.
import type { ConnectedClient } from './engine/types.ts';
import type { PublishPacket, PublishProperties, QoS } from './packets.ts';

/** Times are milliseconds; what a number limits is refused or dropped beyond it. */
export interface BrokerOptions {
  /** Octets of a packet; announced to 5.0 clients. 268,435,460 */
  maximumPacketSize?: number;
  /** Unacknowledged QoS 1 and 2 messages on their way from a client: 1024 */
  receiveMaximum?: number;
  /** Topic aliases that a client may set: 32 */
  topicAliasMaximum?: number;
  /** Unacknowledged QoS 1 and 2 messages on their way to a client: 1024 */
  maximumInFlight?: number;
  /** QoS 1 and 2 messages that wait for a client: 100,000 */
  maximumQueuedMessages?: number;
  /** The same in octets; and all clients' together: no limit */
  maximumQueuedOctets?: number;
  maximumQueuedMessagesInAll?: number;
  maximumQueuedOctetsInAll?: number;
  /** Topics with a retained message; messages that would add one are refused. No limit */
  maximumRetainedMessages?: number;
  /** Subscriptions of one client: no limit */
  maximumSubscriptions?: number;
  /** Clients that are connected at a time: no limit */
  maximumConnections?: number;
  /** Of topic names and filters, in octets of UTF-8: 65,535 */
  maximumTopicLength?: number;
  /** Of topic names and filters: 65,536 */
  maximumTopicLevels?: number;
  /** What clients may publish and are granted: 2 */
  maximumQos?: QoS;
  /** Seconds; 5.0 clients are told to keep to it. 0 leaves it to them */
  maximumKeepAlive?: number;
  /** true: messages are retained */
  retainAvailable?: boolean;
  /** true: topic filters may have wildcards */
  wildcardSubscriptionAvailable?: boolean;
  /** true: subscriptions may have identifiers (5.0) */
  subscriptionIdentifiersAvailable?: boolean;
  /** true: `$share/name/filter` is a shared subscription */
  sharedSubscriptionAvailable?: boolean;
  /** How often `$SYS/broker/#` is brought up to date: 10,000; 0 is never */
  statisticsInterval?: number;
  /** Octets that wait for a connection; QoS 0 messages beyond are dropped. 16 MiB */
  maximumOutputOctets?: number;
  /** The time a connection has for its CONNECT: 10,000 */
  connectTimeout?: number;
  /** Seconds that a session lives without a connection, at most: for ever */
  maximumSessionExpiryInterval?: number;
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
  /** The Wasm module could not be started. */
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
