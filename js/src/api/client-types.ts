// What MqttClient's methods take and its events and callbacks give.
import type { Payload } from '../engine/payload.ts';
import type { MqttError } from './errors.ts';
import type {
  AcknowledgementPacket,
  AcknowledgementProperties,
  ConnackPacket,
  DisconnectPacket,
  DisconnectProperties,
  PublishPacket,
  PublishProperties,
  QoS,
  SubackPacket,
  SubscribeProperties,
  TracedPacket,
  UnsubackPacket,
  UnsubscribeProperties,
} from './packets.ts';
import type { CloseInfo } from './transport.ts';

/** Each event's arguments. */
export interface MqttClientEvents {
  /** The server accepted the connection. */
  connect: [packet: ConnackPacket];
  message: [topic: string, payload: Payload, packet: PublishPacket];
  /** The server said goodbye (5.0). */
  disconnect: [packet: DisconnectPacket];
  /** The connection failed, or an operation that nobody waits for. */
  error: [error: Error];
  /**
   * The server does what the standard does not allow, and the client makes sense of it and goes on: once for each kind
   * and connection, for a log. That is, today: a server before 5.0 acknowledges a message of QoS 2 as one of QoS 1
   * (`reasonCode` 155, QoS not supported).
   */
  warning: [warning: MqttError];
  /** The connection is gone, or could not be opened. */
  close: [info: CloseInfo];
  /** The connection is gone, and another attempt will follow. */
  offline: [];
  /** An attempt to connect again begins. */
  reconnect: [];
  /** What end() asked for is done. */
  end: [];
  packetsend: [packet: TracedPacket];
  packetreceive: [packet: TracedPacket];
  /** While ending: the last operation under way has its answer. */
  outgoingEmpty: [];
}

/** A text is sent as UTF-8. Nothing (undefined, null) is an empty payload. */
export type Message = string | Uint8Array | ArrayBuffer | DataView | null | undefined;

export interface PublishOptions {
  /** 0 */
  qos?: QoS;
  retain?: boolean;
  dup?: boolean;
  /** 5.0 */
  properties?: PublishProperties;
  /** Called when the client has a message of QoS 1 or 2, connected or not: in its memory, or in its session store. */
  cbStorePut?: () => void;
}

export interface SubscribeOptions {
  /** 0 */
  qos?: QoS;
  /** No Local (5.0) */
  nl?: boolean;
  /** Retain As Published (5.0) */
  rap?: boolean;
  /** Retain Handling (5.0) */
  rh?: 0 | 1 | 2;
  /** 5.0 */
  properties?: SubscribeProperties;
}

/** Options by topic filter. `resubscribe: true` sends what is subscribed already, too. */
export type SubscriptionMap =
  | Record<string, SubscribeOptions>
  | (Record<string, SubscribeOptions | boolean> & { resubscribe?: boolean });

export interface SubscriptionGrant {
  topic: string;
  /** 128 and above: refused. */
  qos: QoS | number;
  nl?: boolean;
  rap?: boolean;
  rh?: number;
  properties?: SubscribeProperties;
}

export interface UnsubscribeOptions {
  /** 5.0 */
  properties?: UnsubscribeProperties;
}

export interface DisconnectOptions {
  /** 5.0 */
  reasonCode?: number;
  properties?: DisconnectProperties;
}

/** The listener that client.on() takes for an event: `Listener<'message'>`. */
export type Listener<Event extends keyof MqttClientEvents> = (...args: MqttClientEvents[Event]) => void;
export type OnConnectCallback = Listener<'connect'>;
export type OnMessageCallback = Listener<'message'>;
export type OnDisconnectCallback = Listener<'disconnect'>;
export type OnErrorCallback = Listener<'error'>;
export type OnCloseCallback = Listener<'close'>;

/** What publish() gave, or the answer that refuses it; nothing at QoS 0. */
export type PublishResult = PublishPacket<string | Uint8Array> | AcknowledgementPacket | undefined;
// Written as methods, so that what is declared as MQTT.js has it, `(error?: Error) => void`, is taken.
interface Callbacks {
  publish(error?: Error | null, packet?: PublishResult): void;
  unsubscribe(error?: Error | null, packet?: UnsubackPacket): void;
}

/** An error is an MqttError. At QoS 0 neither argument is given: the message is on its way. */
export type PublishCallback = Callbacks['publish'];
export type SubscribeCallback = (error: MqttError | null, granted?: SubscriptionGrant[], packet?: SubackPacket) => void;
/** An error is an MqttError. */
export type UnsubscribeCallback = Callbacks['unsubscribe'];
export type DoneCallback = (error?: Error) => void;

/**
 * Decides what a message is acknowledged with: `done(null, 0)`, or another reason code of a PUBACK or PUBREC, in either
 * place. After an Error it is not acknowledged, and comes again on the next connection.
 */
export type AckHandler = (topic: string, message: Payload, packet: PublishPacket, done: AckCallback) => void;
/** The properties say more about it: Reason String and User Properties. */
export type AckCallback = (
  error: Error | number | null | undefined,
  reasonCode?: number,
  properties?: AcknowledgementProperties,
) => void;
