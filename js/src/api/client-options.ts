// What connect() takes: MQTT.js's options, and ours beside them.
import type { Awaitable } from './awaitable.ts';
import type { AckHandler } from './client-types.ts';
import type { ConnectProperties, Will } from './packets.ts';
import type { SessionStore, Store } from './session-store.ts';
import type { WebSocketLike } from './transport.ts';

export type Protocol = 'ws' | 'wss' | 'mqtt' | 'mqtts' | 'tcp' | 'ssl' | 'tls';

export interface ServerAddress {
  host: string;
  port?: number;
  protocol?: Protocol;
}

export interface Credentials {
  username?: string | undefined;
  password?: string | Uint8Array | undefined;
}

/**
 * Times are milliseconds unless said otherwise. `Client` is what the application's functions are told: its MqttClient,
 * which this file need not know.
 */
export interface ClientOptions<Client = unknown> {
  // --- where to
  protocol?: Protocol;
  host?: string;
  /** As `host`. */
  hostname?: string;
  port?: number;
  /** Of a WebSocket's URL, its query included. */
  path?: string;
  /** `user:password` */
  auth?: string;
  query?: Record<string, string | string[] | undefined>;
  /** Tried in turn, the next one at each attempt. */
  servers?: ServerAddress[];
  /** Answers the URL to use instead, or a promise of it; called for each attempt. */
  transformWsUrl?(url: string, options: ClientOptions<Client>, client: Client): Awaitable<string>;
  /** Answers the WebSocket, or what has its interface, or a promise of it; called for each attempt. */
  createWebsocket?(url: string, subprotocols: string[], options: ClientOptions<Client>): Awaitable<WebSocketLike>;
  /** Options of the npm package `ws`: Node only. */
  wsOptions?: object;
  /**
   * The most bytes that a WebSocket frame carries: 65,536, more than which brokers on Netty (Artemis, ActiveMQ, Apollo)
   * refuse. Frames begin and end with packets; only a larger packet is split. From 128 to 4,294,967,295
   */
  maximumFrameSize?: number;
  /** As Node's tls.connect() takes them: Node only. */
  ca?: string | Uint8Array | (string | Uint8Array)[];
  cert?: string | Uint8Array | (string | Uint8Array)[];
  key?: string | Uint8Array | (string | Uint8Array)[];
  pfx?: string | Uint8Array | (string | Uint8Array)[];
  passphrase?: string;
  crl?: string | Uint8Array | (string | Uint8Array)[];
  servername?: string;
  rejectUnauthorized?: boolean;
  checkServerIdentity?: (hostname: string, certificate: never) => Error | undefined;
  ALPNProtocols?: string[] | Uint8Array;
  ciphers?: string;
  minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  secureContext?: object;

  // --- who
  /** 'wasmqtt_' and eight hexadecimal digits */
  clientId?: string;
  username?: string;
  password?: string | Uint8Array;
  /**
   * Answers the user name and password to use, or a promise of them; called for each attempt, so that a token that
   * expires is fresh. An exception, or a rejection, is an error of the attempt.
   */
  credentials?(client: Client): Awaitable<Credentials>;
  /** 'MQTT', or 'MQIsdp' with protocolVersion 3 */
  protocolId?: 'MQTT' | 'MQIsdp';
  /**
   * 3 (3.1), 4 (3.1.1, the default) or 5 (5.0); 'auto': 5.0, and 3.1.1 with a server that does not speak it. Then what
   * only 5.0 has (properties, No Local, ...) is left out, and `client.protocolVersion` says what is spoken.
   */
  protocolVersion?: 3 | 4 | 5 | 'auto';
  /** true: forget the session that the server may have for this client */
  clean?: boolean;
  /** Seconds between signs of life: 60; 0 is off */
  keepalive?: number;
  will?: Will;
  /** 5.0 */
  properties?: ConnectProperties;
  /**
   * Decides what each message of QoS 1 and 2 is acknowledged with (5.0). Messages are emitted as `message` if that is 0;
   * the next one waits for the decision.
   */
  customHandleAcks?: AckHandler;

  // --- when it fails
  /** The pause before the first attempt to reconnect: 1000; 0 is never */
  reconnectPeriod?: number;
  /** The longest pause: 30,000 */
  reconnectMaxPeriod?: number;
  /** Each pause is so many times the one before: 2; 1 keeps it */
  reconnectBackoff?: number;
  /** Each pause is spread by this part of itself: 0.2 */
  reconnectJitter?: number;
  /** false: a server that refused is not asked again */
  reconnectOnConnackError?: boolean;
  /**
   * true: the client goes where a 5.0 server sends it, by a Server Reference with Use another server or Server moved.
   * The next attempts go to the addresses that it names, one each, by the present protocol and path. Those after them,
   * or after a connection was accepted, go where they went before, unless the server moved: then all go there.
   * false, the default: the reference is told (`serverReference` of the error, properties of the `disconnect` event).
   */
  followServerReference?: boolean;
  /** From the attempt's begin to the CONNACK: 30,000 */
  connectTimeout?: number;
  /** true: subscribe again when the server has forgotten */
  resubscribe?: boolean;
  /** The most topics in one SUBSCRIBE or UNSUBSCRIBE; no limit */
  subscribeBatchSize?: number | null;
  /** true: topics that are published to often are named by an alias, if a 5.0 server takes aliases */
  autoAssignTopicAlias?: boolean;
  /** The same */
  autoUseTopicAlias?: boolean;
  /** true: QoS 0 messages wait for a connection */
  queueQoSZero?: boolean;
  /** The most messages, and bytes, that wait for a connection; publish() fails beyond. No limit */
  maximumQueuedMessages?: number;
  maximumQueuedBytes?: number;
  /**
   * Keeps the session over the end of the page or process: messages of QoS 1 and 2 that wait or have no answer yet, and
   * which of QoS 2 have come. Wants clean: false, and a clientId of its own; for one client at a time.
   */
  sessionStore?: SessionStore;
  /** As MQTT.js has them: the same Store, which both can be. */
  incomingStore?: Store;
  outgoingStore?: Store;
  /**
   * true: the payload of each message that is emitted has memory of its own, for applications that keep many of them. A
   * payload is a view of the frame that it came in otherwise, which costs nothing and keeps the whole frame for as long;
   * `payload.slice()` copies a single one. One that is at least half of its frame is not copied.
   */
  copyPayloads?: boolean;
  /** false; true: the caller calls client.connect() */
  manualConnect?: boolean;

  // --- MQTT.js's, for what there is but one way to do here: of no effect
  reschedulePings?: boolean;
  timerVariant?: 'auto' | 'native';
  writeCache?: boolean;
  log?: (...args: never[]) => void;
  browserBufferSize?: number;
  browserBufferTimeout?: number;
  objectMode?: boolean;
  binary?: boolean;
  forceNativeWebSocket?: boolean;
}

/** Options with every default filled in. */
export type CompleteOptions<Client = unknown> = ClientOptions<Client> &
  Required<
    Pick<
      ClientOptions,
      | 'clientId'
      | 'protocolId'
      | 'protocolVersion'
      | 'clean'
      | 'keepalive'
      | 'reconnectPeriod'
      | 'reconnectMaxPeriod'
      | 'reconnectBackoff'
      | 'reconnectJitter'
      | 'reconnectOnConnackError'
      | 'connectTimeout'
      | 'resubscribe'
      | 'queueQoSZero'
      | 'maximumFrameSize'
      | 'manualConnect'
    >
  >;
