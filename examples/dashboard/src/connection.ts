// Turns an MQTT client that subscribes to everything into messages and connection states.
import { connect, type CloseInfo } from 'wasmqtt';
import { ConnectionTracker, type ConnectionEvent, type ConnectionState } from './connection-state.ts';

export interface ConnectionListener {
  changed(state: ConnectionState): void;
  /** The payload stays as it is. */
  received(topic: string, payload: Uint8Array, retained: boolean): void;
}

/** Milliseconds between a lost connection and the next attempt. */
const RECONNECT_PERIOD = 2000;
/** The close code of a connection that ended without a word (RFC 6455, 7.4.1). */
const ABNORMAL_CLOSURE = 1006;

export function followConnection(url: string, listener: ConnectionListener): void {
  const tracker = new ConnectionTracker();
  const client = connect(url, {
    // For Retain As Published: with it a message that updates a retained one still says that it is retained.
    protocolVersion: 5,
    // Somebody is watching: the pause stays short.
    reconnectPeriod: RECONNECT_PERIOD,
    reconnectBackoff: 1,
    reconnectOnConnackError: true,
  });
  const apply = (event: ConnectionEvent): void => listener.changed(tracker.apply(event));

  client.on('connect', () => {
    apply({ kind: 'connect' });
    client.subscribe('#', { rap: true }, (error) => {
      if (error) apply({ kind: 'refused', reason: error.message });
    });
  });
  client.on('reconnect', () => apply({ kind: 'reconnect' }));
  client.on('error', (error) => apply({ kind: 'error', reason: error.message }));
  client.on('disconnect', ({ properties, reasonCode }) => {
    apply({
      kind: 'error',
      reason: properties?.reasonString ?? `the server ended the connection (reason code ${reasonCode ?? 0})`,
    });
  });
  client.on('close', (info) => {
    apply({ kind: 'close', reason: closeReason(info), retryAt: client.nextAttemptAt });
  });
  client.on('message', (topic, payload, packet) => listener.received(topic, payload, packet.retain));
  listener.changed(tracker.state);
}

function closeReason({ code, reason }: CloseInfo): string {
  if (reason !== '' || code === undefined || code === ABNORMAL_CLOSURE) return reason;
  return `the server closed the connection (code ${code})`;
}
