// What connect() takes, MQTT.js's options with MQTT.js's defaults and ours beside them -> options that are complete
// and make sense.
import { readMessage, typeOf } from '../api/arguments.ts';
import type { AckHandler } from '../api/client-types.ts';
import type { Awaitable } from '../transport/attempt.ts';
import type { MqttClient } from './client.ts';
import type { ClientMachineOptions } from '../engine/types.ts';
import { badCall, MqttError } from '../api/errors.ts';
import type { ConnectProperties, Will } from '../api/packets.ts';
import { refuseUnkeptOptions } from './refused-options.ts';
import { Store, type SessionStore } from '../api/session-store.ts';
import type { WebSocketLike } from '../transport/web-socket.ts';

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

/** Times are milliseconds unless said otherwise. */
export interface ClientOptions {
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
  transformWsUrl?: (url: string, options: ClientOptions, client: MqttClient) => Awaitable<string>;
  /** Answers the WebSocket, or what has its interface, or a promise of it; called for each attempt. */
  createWebsocket?: (url: string, subprotocols: string[], options: ClientOptions) => Awaitable<WebSocketLike>;
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
  credentials?: (client: MqttClient) => Awaitable<Credentials>;
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
export type CompleteOptions = ClientOptions &
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

const defaults = {
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  keepalive: 60,
  reconnectPeriod: 1000,
  reconnectMaxPeriod: 30_000,
  reconnectBackoff: 2,
  reconnectJitter: 0.2,
  reconnectOnConnackError: false,
  connectTimeout: 30_000,
  resubscribe: true,
  queueQoSZero: true,
  maximumFrameSize: 65_536,
  manualConnect: false,
} satisfies ClientOptions;

/** Eight random hexadecimal digits make collisions unlikely among one application's clients. */
export function randomClientId(): string {
  const random = globalThis.crypto.getRandomValues(new Uint32Array(1))[0]!;
  return `wasmqtt_${random.toString(16).padStart(8, '0')}`;
}

/** Fills in the defaults and refuses what makes no sense; an option that is undefined or null counts as absent. */
export function completeOptions(options: ClientOptions): CompleteOptions {
  checkIsObject(options);
  const given = Object.fromEntries(
    Object.entries(options ?? {}).filter(([, value]) => value !== undefined && value !== null),
  );
  if (given['clean'] === false && !given['clientId']) {
    throw badCall(
      'Missing clientId for unclean clients: the session is kept under it; write { clean: false, clientId: "..." }',
    );
  }
  const complete: CompleteOptions = { ...defaults, clientId: randomClientId(), ...given };
  checkOptions(complete);
  return complete;
}

function checkIsObject(options: unknown): void {
  if (options === undefined || options === null || typeof options === 'object') return;
  throw badCall(`options are ${typeOf(options)}: write { clientId: "...", ... }`);
}

function checkOptions(options: CompleteOptions): void {
  refuseUnkeptOptions(options);
  if (![3, 4, 5, 'auto'].includes(options.protocolVersion)) {
    throw badCall(
      `protocolVersion ${String(options.protocolVersion)} does not exist: ` +
        "write 3 (MQTT 3.1), 4 (3.1.1), 5 (5.0) or 'auto' (5.0, or else 3.1.1)",
    );
  }
  checkNumber(options.keepalive, 'keepalive', 0, 65_535, 'seconds; 0 turns it off');
  checkNumber(options.reconnectPeriod, 'reconnectPeriod', 0, Infinity, 'milliseconds; 0 turns reconnecting off');
  checkNumber(options.reconnectMaxPeriod, 'reconnectMaxPeriod', 0, Infinity, 'milliseconds');
  checkNumber(options.reconnectBackoff, 'reconnectBackoff', 1, Infinity, '1 keeps the pause, 2 doubles it each time');
  checkNumber(options.reconnectJitter, 'reconnectJitter', 0, 1, 'a part of the pause');
  checkOptionalNumber(options.maximumQueuedMessages, 'maximumQueuedMessages', 'messages');
  checkOptionalNumber(options.maximumQueuedBytes, 'maximumQueuedBytes', 'bytes');
  checkOptionalNumber(options.subscribeBatchSize, 'subscribeBatchSize', 'topics; 0 is no limit');
  checkNumber(options.connectTimeout, 'connectTimeout', 1, Infinity, 'milliseconds');
  checkFrameSize(options.maximumFrameSize);
  if (!['MQTT', 'MQIsdp'].includes(options.protocolId)) {
    throw badCall(`protocolId "${String(options.protocolId)}" does not exist: write "MQTT", or "MQIsdp" for MQTT 3.1`);
  }
  checkTexts(options);
  checkSessionStore(options);
  const { customHandleAcks }: { customHandleAcks?: unknown } = options;
  if (customHandleAcks !== undefined && typeof customHandleAcks !== 'function') {
    throw badCall('customHandleAcks is no function: write customHandleAcks: (topic, message, packet, done) => ...');
  }
  if (options.will !== undefined) checkWill(options.will);
}

function checkTexts({ clientId, username, password }: CompleteOptions): void {
  if (typeof clientId !== 'string') throw badCall('clientId is not a string: write { clientId: "..." }');
  if (username !== undefined && typeof username !== 'string') {
    throw badCall('username is not a string: write { username: "..." }');
  }
  const isPassword = password === undefined || typeof password === 'string';
  if (!isPassword && !ArrayBuffer.isView(password)) {
    throw badCall('password is neither a string nor a Uint8Array: write { password: "..." }');
  }
}

function checkSessionStore({ sessionStore, clean }: CompleteOptions): void {
  if (sessionStore === undefined) return;
  if (typeof sessionStore !== 'object' || typeof sessionStore.read !== 'function') {
    throw badCall('sessionStore is no store: write indexedDbStore("..."), fileStore("..."), or { read, write }');
  }
  if (clean) throw badCall('sessionStore keeps the session that clean: true drops: write { clean: false, clientId: "..." }');
}

/** Where the session is kept, if it is to outlive the client. */
export function storeOf({ sessionStore, outgoingStore, incomingStore }: ClientOptions): SessionStore | undefined {
  return sessionStore ?? outgoingStore ?? incomingStore;
}

function checkOptionalNumber(value: number | null | undefined, name: string, meaning: string): void {
  if (value !== undefined && value !== null) checkNumber(value, name, 0, Infinity, meaning);
}

/** Throws unless `value` is a number from `least` to `most`. */
export function checkNumber(value: number, name: string, least: number, most: number, meaning: string): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  const range = most === Infinity ? `a number from ${least}` : `a number from ${least} to ${most}`;
  throw badCall(`${name} is ${String(value)}: write ${range} (${meaning})`);
}

function checkFrameSize(size: number): void {
  checkNumber(size, 'maximumFrameSize', 128, 0xffff_ffff, 'bytes');
  if (!Number.isInteger(size)) throw badCall(`maximumFrameSize is ${size}: write a whole number of bytes`);
}

function checkWill(will: Will): void {
  if (typeof will !== 'object' || typeof will.topic !== 'string' || will.topic === '') {
    throw badCall('the will has no topic: write { will: { topic: "...", payload: "..." } }');
  }
  if (![0, 1, 2].includes(will.qos ?? 0)) throw badCall(`the will's qos is ${String(will.qos)}: write 0, 1 or 2`);
  readMessage(will.payload);
}

/** Where connect() is called: what can be dialled from there, and what a relative address is relative to. */
export interface Surroundings {
  readonly protocols: readonly Protocol[];
  /** The page's address, in a browser. */
  readonly base: URL | undefined;
}

/** connect()'s arguments, as MQTT.js reads them: what stands in the options wins over what stands in the URL. */
export function readArguments(
  url: string | ClientOptions | undefined,
  options: ClientOptions | undefined,
  from: Surroundings,
): ClientOptions {
  if (typeof url === 'object' && url !== null && options === undefined)
    return withCredentials(withAddress({ ...url }, from));
  if (url !== undefined && typeof url !== 'string') {
    throw badCall('connect() takes a URL: write connect("ws://host:port/path", options)');
  }
  checkIsObject(options);
  const merged: ClientOptions = { ...(url ? readUrl(url, options?.protocol, from) : {}), ...options };
  return withCredentials(withAddress(merged, from));
}

function readUrl(url: string, protocol: string | undefined, from: Surroundings): ClientOptions {
  const relative = url.startsWith('/') && !url.startsWith('//');
  if (relative && from.base !== undefined) {
    return { protocol: from.base.protocol === 'https:' ? 'wss' : 'ws', ...hostAndPort(from.base), path: url };
  }
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(url);
  if (!hasScheme && protocol === undefined) {
    throw badCall(`Missing protocol: write "${from.protocols[0]}://${url.replace(/^\/+/, '')}"`);
  }
  const parsed = parseUrl(hasScheme ? url : `${protocol}://${url}`);
  return {
    protocol: parsed.protocol.replace(/:$/, '') as Protocol,
    ...hostAndPort(parsed),
    path: (parsed.pathname || '/') + parsed.search,
    query: Object.fromEntries(parsed.searchParams),
    ...(parsed.username !== '' && { username: unescaped(parsed.username, 'user name', 'username') }),
    ...(parsed.password !== '' && { password: unescaped(parsed.password, 'password', 'password') }),
  };
}

// The text itself stays out of the message: it may be a secret.
function unescaped(text: string, what: string, option: string): string {
  try {
    return decodeURIComponent(text);
  } catch (thrown) {
    throw badCall(
      `the ${what} in the URL has a "%" that begins no character's escape: write "%25" for it, or { ${option}: "..." }`,
      thrown,
    );
  }
}

function parseUrl(url: string): URL {
  let parsed;
  let cause;
  try {
    parsed = new URL(url);
  } catch (thrown) {
    cause = thrown;
  }
  if (parsed !== undefined && parsed.hostname !== '') return parsed;
  throw new MqttError('ERR_MQTT_BAD_CALL', `"${url}" is not a URL: write "ws://host:port/path"`, { cause });
}

function hostAndPort(url: URL): ClientOptions {
  // The brackets of an IPv6 address belong to the URL.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return { host, ...(url.port !== '' && { port: Number(url.port) }) };
}

const securedProtocols: Partial<Record<Protocol, Protocol>> = { mqtt: 'mqtts', tcp: 'mqtts', ws: 'wss' };

function withAddress(options: ClientOptions, from: Surroundings): ClientOptions {
  checkPort(options.port);
  checkServers(options.servers);
  const protocol = (options.protocol?.replace(/:$/, '') ??
    options.servers?.[0]?.protocol ??
    from.protocols[0]) as Protocol;
  const secured = options.cert && options.key ? (securedProtocols[protocol] ?? protocol) : protocol;
  checkProtocol(secured, options, from);
  const host = options.hostname ?? options.host ?? options.servers?.[0]?.host ?? from.base?.hostname ?? 'localhost';
  return { ...options, protocol: secured, host, hostname: host };
}

// MQTT.js takes text, too.
function checkPort(port: unknown): void {
  if (port === undefined || port === null || port === '') return;
  const number = Number(port);
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return;
  throw badCall(`port is ${String(port)}: write a number from 1 to 65535`);
}

function checkServers(servers: unknown): void {
  if (servers === undefined || servers === null) return;
  const isRight = Array.isArray(servers) && servers.every((server) => typeof server?.host === 'string');
  if (!isRight) throw badCall('servers is no list of addresses: write servers: [{ host: "...", port: 1883 }]');
  for (const { port } of servers as ServerAddress[]) checkPort(port);
}

const suggestions: Record<string, string> = {
  http: 'ws',
  https: 'wss',
  tcp: 'ws',
  mqtt: 'ws',
  mqtts: 'wss',
  ssl: 'wss',
  tls: 'wss',
};

function checkProtocol(protocol: string, options: ClientOptions, from: Surroundings): void {
  if ((from.protocols as readonly string[]).includes(protocol)) return;
  const port = options.port === undefined ? '' : `:${options.port}`;
  const address = `${options.hostname ?? options.host ?? 'host'}${port}`;
  if (options.cert && options.key) throw badCall(`Unknown protocol for secure connection: "${protocol}"!`);
  if (['mqtt', 'mqtts', 'tcp', 'ssl', 'tls'].includes(protocol)) {
    throw new MqttError(
      'ERR_MQTT_UNSUPPORTED',
      `a browser cannot open a TCP connection ("${protocol}://"): use the server's WebSocket listener, "${suggestions[protocol]}://${address}"`,
    );
  }
  throw badCall(`Unknown protocol "${protocol}": use "${suggestions[protocol] ?? from.protocols[0]}://${address}"`);
}

function withCredentials(options: ClientOptions): ClientOptions {
  const read = { ...options };
  if (options.auth !== undefined) {
    const colon = options.auth.indexOf(':');
    read.username = colon < 0 ? options.auth : options.auth.slice(0, colon);
    if (colon >= 0) read.password = options.auth.slice(colon + 1);
  }
  if (typeof options.query?.clientId === 'string') read.clientId = options.query.clientId;
  return read;
}

/** Whether what only 5.0 has can be asked for; with 'auto' it is left out where the server does not speak 5.0. */
export function maySpeak5({ protocolVersion }: CompleteOptions): boolean {
  return protocolVersion === 5 || protocolVersion === 'auto';
}

// More would hardly be busy; the server's own maximum is mostly lower.
const automaticAliases = 256;

export function machineOptionsOf(options: CompleteOptions): ClientMachineOptions {
  return {
    reconnect: options.reconnectPeriod > 0,
    initialReconnectDelay: options.reconnectPeriod,
    maximumReconnectDelay: Math.max(options.reconnectMaxPeriod, options.reconnectPeriod),
    reconnectFactor: options.reconnectBackoff,
    reconnectJitter: options.reconnectJitter,
    connectTimeout: options.connectTimeout,
    fallsBack: options.protocolVersion === 'auto',
    resubscribe: options.resubscribe,
    subscribeBatchSize: options.subscribeBatchSize ?? 0,
    queueQosZero: options.queueQoSZero,
    maximumAutomaticTopicAliases: options.autoAssignTopicAlias || options.autoUseTopicAlias ? automaticAliases : 0,
    maximumQueuedMessages: options.maximumQueuedMessages,
    maximumQueuedBytes: options.maximumQueuedBytes,
  };
}
