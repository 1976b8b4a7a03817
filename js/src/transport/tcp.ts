// MQTT over plain TCP, in Node: `mqtt://host:1883`.

import { connect } from 'node:net';
import type { Transport, TransportHandlers } from '../api/transport.ts';
import { StreamTransport } from './stream.ts';

export function openTcp(host: string, port: number, handlers: TransportHandlers): Transport {
  const socket = connect({ host, port, noDelay: true });
  return new StreamTransport(socket, 'connect', handlers);
}
