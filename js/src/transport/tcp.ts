// MQTT over plain TCP, in Node: `mqtt://host:1883`.

import { connect } from 'node:net';

import { StreamTransport } from './stream.ts';
import type { Transport, TransportHandlers } from '../api/transport.ts';

export function openTcp(host: string, port: number, handlers: TransportHandlers): Transport {
  const socket = connect({ host, port, noDelay: true });
  return new StreamTransport(socket, 'connect', handlers);
}
