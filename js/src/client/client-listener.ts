// What the engine tells of a client's connection -> the client's state and events.
import { ErrorWithReasonCode, errorOf, type MqttError } from '../api/errors.ts';
import type { ConnackProperties } from '../api/packets.ts';
import { isFailure, ReasonCodes, returnCodeOf } from '../api/reason-codes.ts';
import type { CloseInfo } from '../api/transport.ts';
import type { Payload } from '../engine/payload.ts';
import type { PacketProperties } from '../engine/properties.ts';
import type {
  ConnackPacket,
  ConnectPacket,
  EngineError,
  OperationToken,
  ProtocolVersion,
  PublishContent,
  ReasonCode,
} from '../engine/types.ts';
import { Reason } from '../generated/reason-codes.ts';
import type { Attempts } from './attempts.ts';
import type { Authentication } from './authentication.ts';
import type { ClientConnection, ConnectionListener } from './client-connection.ts';
import { maySpeak5 } from './complete-options.ts';
import type { Ending } from './ending.ts';
import type { IncomingMessages } from './incoming-messages.ts';
import type { Operations } from './operations.ts';
import type { Owner } from './owner.ts';
import { connackPacketOf, connectPacketOf, tracedPacketOf } from './packet-shapes.ts';

const NO_VERSION_5 = ": the server does not speak MQTT 5.0; write protocolVersion: 4 (3.1.1), or 'auto' to try both";

/** The parts of a client that hear of events. */
export interface ListeningParts {
  readonly connection: ClientConnection;
  readonly operations: Operations;
  readonly messages: IncomingMessages;
  readonly authentication: Authentication;
  readonly attempts: Attempts;
  readonly ending: Ending;
}

export class ClientListener implements ConnectionListener {
  /** Of the CONNACK, while connected. */
  serverProperties: ConnackProperties | undefined;
  /** Of the last CONNACK. */
  protocolVersion: ProtocolVersion | undefined;
  nextAttemptAt: number | undefined;
  readonly #client: Owner;
  readonly #parts: ListeningParts;
  // The reason for the connection's end was told already, by an event of its own.
  #isExplained = false;
  // By reconnect(), before the attempt or connection that is in its way has ended.
  #isReconnectTold = false;

  constructor(client: Owner, parts: ListeningParts) {
    this.#client = client;
    this.#parts = parts;
  }

  /** No attempt is waited for any more, and none is announced. */
  forgetNextAttempt(): void {
    this.nextAttemptAt = undefined;
    this.#isReconnectTold = false;
  }

  /** The event `reconnect` was emitted for the attempt that follows. */
  reconnectTold(): void {
    this.#isReconnectTold = true;
  }

  // --- ConnectionListener

  connectPacket(): ConnectPacket {
    this.#parts.messages.connecting();
    return connectPacketOf(this.#client.options);
  }

  connack(connack: ConnackPacket): void {
    this.protocolVersion = connack.protocolVersion;
    if (isFailure(connack.reasonCode)) return this.#refused(connack);
    const client = this.#client;
    const packet = connackPacketOf(connack);
    this.#parts.attempts.servers.accepted();
    client.connected = true;
    client.reconnecting = false;
    this.serverProperties = packet.properties;
    // The session that a next attempt resumes is under this name. [MQTT-3.2.2-16]
    const assigned = packet.properties?.assignedClientIdentifier;
    if (assigned !== undefined) client.options.clientId = assigned;
    client.emit('connect', packet);
  }

  message(
    topic: string,
    payload: Payload,
    flags: number,
    messageId: number,
    properties: PacketProperties | undefined,
  ): void {
    this.#parts.messages.take(topic, payload, flags, messageId, properties);
  }

  published(
    token: OperationToken,
    packetIdentifier: number,
    reasonCode: ReasonCode,
    properties: PacketProperties | undefined,
  ): void {
    this.#parts.operations.answer(token, { packetIdentifier, reasonCodes: [reasonCode], properties });
  }

  subscribed(
    token: OperationToken,
    packetIdentifier: number,
    reasonCodes: ReasonCode[],
    properties: PacketProperties | undefined,
  ): void {
    this.#parts.operations.answer(token, { packetIdentifier, reasonCodes, properties });
  }

  unsubscribed(
    token: OperationToken,
    packetIdentifier: number,
    reasonCodes: ReasonCode[],
    properties: PacketProperties | undefined,
  ): void {
    this.#parts.operations.answer(token, { packetIdentifier, reasonCodes, properties });
  }

  operationFailed(token: OperationToken, error: EngineError): void {
    if (!this.#parts.operations.fail(token, error)) this.#client.emit('error', errorOf(error));
  }

  disconnect(reasonCode: ReasonCode, properties: PacketProperties | undefined): void {
    this.#isExplained = true;
    this.#parts.authentication.refused(reasonCode);
    this.#parts.attempts.servers.follow(reasonCode, properties?.serverReference);
    this.#client.emit('disconnect', { cmd: 'disconnect', reasonCode, ...(properties && { properties }) });
  }

  auth(reasonCode: ReasonCode, properties: PacketProperties | undefined): void {
    this.#parts.authentication.received({ cmd: 'auth', reasonCode, ...(properties && { properties }) });
  }

  warning(error: EngineError): void {
    this.#client.emit('warning', errorOf(error));
  }

  failing(error: EngineError): void {
    if (!this.#isExplained) this.#client.emit('error', errorOf(error));
    this.#isExplained = true;
  }

  storeFailed(error: MqttError): void {
    this.#client.emit('error', error);
  }

  closed(info: CloseInfo): void {
    const client = this.#client;
    const isExplained = this.#isExplained;
    client.connected = false;
    this.serverProperties = undefined;
    this.#isExplained = false;
    this.#parts.messages.connectionClosed();
    this.#parts.authentication.connectionClosed();
    const isNews = this.nextAttemptAt !== undefined && !client.reconnecting;
    client.reconnecting = this.nextAttemptAt !== undefined;
    if (info.error !== undefined && !isExplained) client.emit('error', info.error);
    client.emit('close', info);
    if (client.disconnecting) this.#parts.ending.connectionClosed();
    else if (this.#parts.connection.machine.engine.hasStopped) client.end(true);
    else if (isNews) client.emit('offline');
  }

  reconnectScheduled(at: number): void {
    if (!this.#client.disconnecting) this.nextAttemptAt = at;
  }

  reconnectDue(goesOn: boolean): void {
    const client = this.#client;
    if (client.disconnecting) return;
    if (goesOn) return this.#parts.attempts.goOn(this);
    const isTold = this.#isReconnectTold;
    this.forgetNextAttempt();
    if (!isTold) client.emit('reconnect');
    if (!client.disconnecting) client.connect();
  }

  packetReceived(packetType: number, packetIdentifier: number, bytes: number, content?: PublishContent): void {
    this.#client.emit('packetreceive', tracedPacketOf(packetType, packetIdentifier, bytes, content));
  }

  packetSent(packetType: number, packetIdentifier: number, bytes: number, content?: PublishContent): void {
    this.#client.emit('packetsend', tracedPacketOf(packetType, packetIdentifier, bytes, content));
  }

  #refused(connack: ConnackPacket): void {
    const { options } = this.#client;
    const { reasonCode, properties } = connack;
    const serverReference = properties?.serverReference;
    this.#isExplained = true;
    if (this.#parts.attempts.servers.follow(reasonCode, serverReference)) return;
    if (!options.reconnectOnConnackError) this.#parts.connection.machine.stopReconnecting();
    const code = connackPacketOf(connack).reasonCode ?? returnCodeOf(reasonCode);
    const reason = ReasonCodes[code] ?? String(code);
    // Told in the form of 3.1.1, or by the reason code of its own.
    const isTooOld = connack.protocolVersion !== 5 || reasonCode === Reason.UnsupportedProtocolVersion;
    const message = `Connection refused: ${reason}${maySpeak5(options) && isTooOld ? NO_VERSION_5 : ''}`;
    this.#client.emit('error', new ErrorWithReasonCode(message, code, serverReference));
  }
}
