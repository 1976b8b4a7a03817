// What `wasmqtt` exports besides connect(), in a browser and in Node; and, for code written for MQTT.js, the names it
// imports.
export type { Credentials, Protocol, ServerAddress } from '../api/client-options.ts';
export type * from '../api/client-types.ts';
export type {
  PublishCallback as PacketCallback,
  PublishOptions as IClientPublishOptions,
  SubscribeCallback as ClientSubscribeCallback,
  SubscribeOptions as IClientSubscribeOptions,
  SubscriptionGrant as ISubscriptionGrant,
  SubscriptionMap as ISubscriptionMap,
} from '../api/client-types.ts';
export type { MqttErrorCode } from '../api/errors.ts';
export { ErrorWithReasonCode, ErrorWithSubackPacket, MqttError } from '../api/errors.ts';
export type {
  AcknowledgementPacket,
  AcknowledgementProperties,
  AuthPacket,
  AuthPacket as IAuthPacket,
  AuthProperties,
  ConnackPacket,
  ConnackPacket as IConnackPacket,
  DisconnectPacket,
  DisconnectPacket as IDisconnectPacket,
  PublishPacket,
  PublishPacket as IPublishPacket,
  QoS,
  SubackPacket,
  SubackPacket as ISubackPacket,
  Subscription as ISubscription,
  TracedPacket,
  TracedPacket as Packet,
  UnsubackPacket,
  UnsubackPacket as IUnsubackPacket,
  UserProperties,
  Will,
} from '../api/packets.ts';
export { ReasonCodes } from '../api/reason-codes.ts';
export type { SessionChange, SessionStore } from '../api/session-store.ts';
export { Store } from '../api/session-store.ts';
export { validateTopic, validateTopics } from '../api/topic-filters.ts';
export type { CloseInfo, WebSocketLike } from '../api/transport.ts';
export { version as MQTTJS_VERSION, version as VERSION } from '../api/version.ts';
export type { ClientOptions, ClientOptions as IClientOptions, CompleteOptions } from '../client/client.ts';
export { MqttClient, MqttClient as Client } from '../client/client.ts';
export { Payload } from '../engine/payload.ts';
