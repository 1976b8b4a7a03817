// What a broker may be told, and the ranges of it. Made from core/mqtt/broker/broker_options.inc by scripts/generate-records.mjs.

/** The first value is the default. Times are milliseconds unless said otherwise. */
export interface BrokerLimits {
  /** Largest packet taken from a client, which is told it. 268,435,460 bytes; 16 to 268,435,460 */
  maximumPacketSize?: number | undefined;
  /** Unacknowledged QoS 1 and 2 messages that a client may have on the way to the broker. 1,024; 1 to 65,535 */
  receiveMaximum?: number | undefined;
  /** Topic aliases that a client may set; 0 is none. 32; 0 to 65,535 */
  topicAliasMaximum?: number | undefined;
  /** Longest topic name or filter, in UTF-8. 65,535 bytes; 1 to 65,535 */
  maximumTopicLength?: number | undefined;
  /** Levels of a topic name or filter. 65,536; 1 to 65,536 */
  maximumTopicLevels?: number | undefined;
  /** The QoS that clients may publish with and are granted. 2; 0 to 2 */
  maximumQos?: 0 | 1 | 2 | undefined;
  /** Whether messages are retained. true */
  retainAvailable?: boolean | undefined;
  /** Whether topic filters may have wildcards. true */
  wildcardSubscriptionAvailable?: boolean | undefined;
  /** Whether subscriptions may have identifiers (5.0). true */
  subscriptionIdentifiersAvailable?: boolean | undefined;
  /** Whether $share/NAME/FILTER is a shared subscription. true */
  sharedSubscriptionAvailable?: boolean | undefined;
  /** The longest Keep Alive of 5.0 clients, which are told to keep to it [MQTT-3.1.2-21]; 0 leaves it to them. 0 seconds; 0 to 65,535 */
  maximumKeepAlive?: number | undefined;
  /** The time that a new connection has for its CONNECT, and with an Authentication Method until it is accepted. 10,000 milliseconds; from 1 */
  connectTimeout?: number | undefined;
  /** Unacknowledged QoS 1 and 2 messages on the way to a client, whose Receive Maximum may lower it. 8,192; 1 to 65,535 */
  maximumInFlight?: number | undefined;
  /** Aliases for the topics that a client gets most, whose Topic Alias Maximum may lower it. 64; 0 to 65,535 */
  maximumOutgoingTopicAliases?: number | undefined;
  /** What may wait for a slow client before QoS 0 messages to it are dropped, and counted. 16,777,216 bytes; from 1,024 */
  maximumOutputBytes?: number | undefined;
  /** QoS 1 and 2 messages that wait for a client beyond those on the way; publishers wait for one that keeps up, else further ones are dropped, and counted. 100,000; from 0 */
  maximumQueuedMessages?: number | undefined;
  /** The same in bytes. no limit; from 0 */
  maximumQueuedBytes?: number | undefined;
  /** Messages that wait for all clients together; while they are so many, QoS 0 messages go only to clients that have nothing waiting. no limit; from 0 */
  maximumQueuedMessagesInAll?: number | undefined;
  /** The same in bytes. no limit; from 0 */
  maximumQueuedBytesInAll?: number | undefined;
  /** Topics with a retained message; messages that would add one are refused. no limit; from 0 */
  maximumRetainedMessages?: number | undefined;
  /** Subscriptions of one client. no limit; from 0 */
  maximumSubscriptions?: number | undefined;
  /** Clients that are connected at a time. no limit; from 1 */
  maximumConnections?: number | undefined;
  /** The longest that a session is kept without a connection; 4294967295 is for ever. 4,294,967,295 seconds; 0 to 4,294,967,295 */
  maximumSessionExpiryInterval?: number | undefined;
  /** How often $SYS/broker is brought up to date while a client is connected; 0 turns it off. createBroker() and wasmqtt-server begin with 10 seconds. 0 milliseconds; from 0 */
  statisticsInterval?: number | undefined;
}

/** By option: the least, the most and what it counts. */
export const brokerRanges: Readonly<Record<string, readonly [least: number, most: number, unit: string]>> = {
  maximumPacketSize: [16, 268435460, 'bytes'],
  receiveMaximum: [1, 65535, 'a number'],
  topicAliasMaximum: [0, 65535, 'a number'],
  maximumTopicLength: [1, 65535, 'bytes'],
  maximumTopicLevels: [1, 65536, 'a number'],
  maximumQos: [0, 2, 'a number'],
  maximumKeepAlive: [0, 65535, 'seconds'],
  connectTimeout: [1, Infinity, 'milliseconds'],
  maximumInFlight: [1, 65535, 'a number'],
  maximumOutgoingTopicAliases: [0, 65535, 'a number'],
  maximumOutputBytes: [1024, Infinity, 'bytes'],
  maximumQueuedMessages: [0, Infinity, 'a number'],
  maximumQueuedBytes: [0, Infinity, 'bytes'],
  maximumQueuedMessagesInAll: [0, Infinity, 'a number'],
  maximumQueuedBytesInAll: [0, Infinity, 'bytes'],
  maximumRetainedMessages: [0, Infinity, 'a number'],
  maximumSubscriptions: [0, Infinity, 'a number'],
  maximumConnections: [1, Infinity, 'a number'],
  maximumSessionExpiryInterval: [0, 4294967295, 'seconds'],
  statisticsInterval: [0, Infinity, 'milliseconds'],
};

export const brokerSwitches = [
  'retainAvailable',
  'wildcardSubscriptionAvailable',
  'subscriptionIdentifiersAvailable',
  'sharedSubscriptionAvailable',
] as const;
