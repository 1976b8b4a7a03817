// The control packets as JavaScript objects, with the names and shapes that MQTT.js gave them.
import type { Payload } from '../engine/payload.ts';
import type { PacketProperties } from '../engine/properties.ts';

export type QoS = 0 | 1 | 2;

/** A name that comes several times has its values in a list, in their order. */
export type UserProperties = Record<string, string | string[]>;

export type WillProperties = Pick<
  PacketProperties,
  | 'willDelayInterval'
  | 'payloadFormatIndicator'
  | 'messageExpiryInterval'
  | 'contentType'
  | 'responseTopic'
  | 'correlationData'
  | 'userProperties'
>;

export type ConnectProperties = Pick<
  PacketProperties,
  | 'sessionExpiryInterval'
  | 'receiveMaximum'
  | 'maximumPacketSize'
  | 'topicAliasMaximum'
  | 'requestResponseInformation'
  | 'requestProblemInformation'
  | 'userProperties'
  | 'authenticationMethod'
  | 'authenticationData'
>;

export type ConnackProperties = Pick<
  PacketProperties,
  | 'sessionExpiryInterval'
  | 'receiveMaximum'
  | 'maximumQoS'
  | 'retainAvailable'
  | 'maximumPacketSize'
  | 'assignedClientIdentifier'
  | 'topicAliasMaximum'
  | 'reasonString'
  | 'userProperties'
  | 'wildcardSubscriptionAvailable'
  | 'subscriptionIdentifiersAvailable'
  | 'sharedSubscriptionAvailable'
  | 'serverKeepAlive'
  | 'responseInformation'
  | 'serverReference'
  | 'authenticationMethod'
  | 'authenticationData'
>;

export type PublishProperties = Pick<
  PacketProperties,
  | 'payloadFormatIndicator'
  | 'messageExpiryInterval'
  | 'topicAlias'
  | 'responseTopic'
  | 'correlationData'
  | 'userProperties'
  | 'subscriptionIdentifier'
  | 'contentType'
>;

export type SubscribeProperties = Pick<PacketProperties, 'userProperties'> & { subscriptionIdentifier?: number };

export type UnsubscribeProperties = Pick<PacketProperties, 'userProperties'>;

export type AcknowledgementProperties = Pick<PacketProperties, 'reasonString' | 'userProperties'>;

export type DisconnectProperties = Pick<
  PacketProperties,
  'sessionExpiryInterval' | 'reasonString' | 'userProperties' | 'serverReference'
>;

export type AuthProperties = Pick<
  PacketProperties,
  'authenticationMethod' | 'authenticationData' | 'reasonString' | 'userProperties'
>;

export interface Will {
  topic: string;
  payload?: Uint8Array | ArrayBuffer | string | null;
  qos?: QoS;
  retain?: boolean;
  properties?: WillProperties;
}

export interface ConnackPacket {
  cmd: 'connack';
  /** MQTT 3.1 and 3.1.1 */
  returnCode?: number;
  /** MQTT 5.0 */
  reasonCode?: number;
  sessionPresent: boolean;
  properties?: ConnackProperties;
}

/** A received message has a Payload; one that was published has what publish() was given. */
export interface PublishPacket<Bytes = Payload> {
  cmd: 'publish';
  topic: string;
  payload: Bytes;
  qos: QoS;
  retain: boolean;
  dup: boolean;
  /** 1 to 65,535; none at QoS 0. */
  messageId?: number;
  properties?: PublishProperties;
}

export interface Subscription {
  topic: string;
  qos: QoS;
  /** No Local (5.0) */
  nl?: boolean;
  /** Retain As Published (5.0) */
  rap?: boolean;
  /** Retain Handling (5.0) */
  rh?: 0 | 1 | 2;
}

export interface SubackPacket {
  cmd: 'suback';
  messageId: number;
  /** One code for each filter of the SUBSCRIBE: the granted QoS, or 128 and above for a refusal. */
  granted: number[];
  properties?: AcknowledgementProperties;
}

export interface UnsubackPacket {
  cmd: 'unsuback';
  messageId: number;
  /** One code for each filter of the call (5.0). */
  granted: number[];
  properties?: AcknowledgementProperties;
}

/** The answer to a published message: PUBACK at QoS 1, PUBCOMP (or the PUBREC that refuses) at QoS 2. */
export interface AcknowledgementPacket {
  cmd: 'puback' | 'pubrec' | 'pubcomp';
  messageId: number;
  reasonCode?: number;
  properties?: AcknowledgementProperties;
}

export interface DisconnectPacket {
  cmd: 'disconnect';
  reasonCode?: number;
  properties?: DisconnectProperties;
}

export interface AuthPacket {
  cmd: 'auth';
  reasonCode: number;
  properties?: AuthProperties;
}

/** What `packetsend` and `packetreceive` tell of each packet; of a PUBLISH all that it says, the topic empty where an alias stands for it. */
export interface TracedPacket extends Partial<Omit<PublishPacket, 'cmd'>> {
  cmd: PacketName;
  /** The whole packet, in bytes. */
  length: number;
}

/** By packet type, as the standard numbers them. */
export const packetNames = [
  'reserved',
  'connect',
  'connack',
  'publish',
  'puback',
  'pubrec',
  'pubrel',
  'pubcomp',
  'subscribe',
  'suback',
  'unsubscribe',
  'unsuback',
  'pingreq',
  'pingresp',
  'disconnect',
  'auth',
] as const;

export type PacketName = (typeof packetNames)[number];
