// MQTT over TLS, in Node: `mqtts://host:8883`.

import { isIP } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import type { Transport, TransportHandlers } from '../api/transport.ts';
import { StreamTransport } from './stream.ts';

/** `options` are Node's own of tls.connect(): ca, cert, key, rejectUnauthorized ... */
export function openTls(
  host: string,
  port: number,
  options: ConnectionOptions,
  handlers: TransportHandlers,
): Transport {
  const socket = connect({ ...(isIP(host) === 0 && { servername: host }), ...options, host, port });
  socket.setNoDelay(true);
  return new StreamTransport(socket, 'secureConnect', handlers);
}
