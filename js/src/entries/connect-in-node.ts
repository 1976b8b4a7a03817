// connect() in Node: MQTT over TCP, TLS and WebSocket.
import { WebSocket } from 'ws';

import type { ClientOptions } from '../api/client-options.ts';
import { version } from '../api/version.ts';
import { type Connect, makeConnect } from '../client/connect.ts';
import type { ModuleSource } from '../engine/load.ts';
import type { OpenTransport } from '../transport/attempt.ts';
import { webSocketOpener } from '../transport/open-web-socket.ts';
import { openTcp } from '../transport/tcp.ts';
import { openTls } from '../transport/tls.ts';
import { makePayloadsBuffers } from './payload-in-node.ts';

// By it wasmqtt-server knows a client that takes several packets in a frame.
const ownHeaders = { 'User-Agent': `wasmqtt/${version}` };

const openPlain: OpenTransport = ({ host, port }, _client, { handlers }) => openTcp(host, port, handlers);
const openSecure: OpenTransport = ({ host, port }, client, { handlers }) =>
  openTls(host, port, tlsOptionsOf(client.options), handlers);
const openWebSocket = webSocketOpener((url, subprotocols, options) => {
  return new WebSocket(url, subprotocols, {
    ...(url.startsWith('wss:') && tlsOptionsOf(options)),
    ...options.wsOptions,
    headers: { ...ownHeaders, ...(options.wsOptions as { headers?: object } | undefined)?.headers },
  });
}, 'nodebuffer');

export function connectInNode(module: ModuleSource): Connect {
  makePayloadsBuffers();
  return makeConnect({
    module,
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
}

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
