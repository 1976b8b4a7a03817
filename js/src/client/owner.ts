// The client as its own parts see it: they change its state and emit its events, and it need not be imported for that.
import type { CompleteOptions } from '../api/client-options.ts';
import type { DoneCallback, MqttClientEvents } from '../api/client-types.ts';
import type { AuthPacket, PublishPacket } from '../api/packets.ts';
import type { TypedEmitter } from '../api/typed-emitter.ts';
import type { ProtocolVersion } from '../engine/types.ts';

/** What applications override. */
export interface Overridable {
  handleMessage(packet: PublishPacket, callback: DoneCallback): void;
  handleAuth(packet: AuthPacket, callback: (error?: Error | null, answer?: AuthPacket) => void): void;
}

export interface Owner extends TypedEmitter<MqttClientEvents>, Overridable {
  readonly options: CompleteOptions;
  /** The one that is spoken, once it is known. */
  readonly protocolVersion: ProtocolVersion | 'auto';
  connected: boolean;
  reconnecting: boolean;
  disconnecting: boolean;
  disconnected: boolean;
  connect(): unknown;
  end(force: boolean): unknown;
}
