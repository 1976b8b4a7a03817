// connect()'s arguments, as MQTT.js reads them: a URL and options -> options that say where to connect to.
import { checkOptions } from '../api/arguments.ts';
import type { ClientOptions, Protocol, ServerAddress } from '../api/client-options.ts';
import { badCall, MqttError } from '../api/errors.ts';

/** Where connect() is called: what can be dialled from there, and what a relative address is relative to. */
export interface Surroundings {
  readonly protocols: readonly Protocol[];
  /** The page's address, in a browser. */
  readonly base: URL | undefined;
}

/** What stands in the options wins over what stands in the URL. */
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
  checkOptions(options);
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
