// What `wasmqtt` is in Node: MQTT over TCP, TLS and WebSocket.
import { WebSocket } from 'ws';

import { clientModule } from './client-module.ts';
import { makeConnect, type OpenTransport } from './connect.ts';
import { Engine } from './engine/engine.ts';
import type { ClientOptions } from './options.ts';
import { webSocketOpener } from './transport/open-web-socket.ts';
import { openTcp } from './transport/tcp.ts';
import { openTls } from './transport/tls.ts';

let engine: Engine | undefined;

const openPlain: OpenTransport = ({ host, port }, _client, { handlers }) => openTcp(host, port, handlers);
const openSecure: OpenTransport = ({ host, port }, client, { handlers }) =>
  openTls(host, port, tlsOptionsOf(client.options), handlers);
const openWebSocket = webSocketOpener((url, subprotocols, options) => {
  return new WebSocket(url, subprotocols, {
    ...(url.startsWith('wss:') && tlsOptionsOf(options)),
    ...options.wsOptions,
  });
}, 'nodebuffer');

export const { connect, connectAsync } = makeConnect({
  engine: () => (engine ??= new Engine(clientModule)),
  transports: {
    mqtt: openPlain,
    mqtts: openSecure,
    ws: openWebSocket,
    wss: openWebSocket,
    tcp: openPlain,
    ssl: openSecure,
    tls: openSecure,
  },
  base: () => undefined,
});

const tlsOptions = [
  'ca',
  'cert',
  'key',
  'pfx',
  'passphrase',
  'crl',
  'servername',
  'rejectUnauthorized',
  'checkServerIdentity',
  'ALPNProtocols',
  'ciphers',
  'minVersion',
  'maxVersion',
  'secureContext',
] as const satisfies (keyof ClientOptions)[];

function tlsOptionsOf(options: ClientOptions): object {
  const given = tlsOptions.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

export * from './exports.ts';
