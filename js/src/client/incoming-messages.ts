// Messages that come -> the application: at once, or one after the other where it has a say in what becomes of them.
import type { AckHandler } from '../api/client-types.ts';
import { ownPayload, type Payload } from '../engine/payload.ts';
import type { PacketProperties } from '../engine/properties.ts';
import type { ClientConnection } from './client-connection.ts';
import { MessageHandover } from './message-handover.ts';
import type { Overridable, Owner } from './owner.ts';
import { publishPacketOf } from './packet-shapes.ts';

export class IncomingMessages {
  readonly #client: Owner;
  readonly #connection: ClientConnection;
  readonly #original: Overridable;
  // Messages go by it from the first on of which the application has a say.
  #handover: MessageHandover | undefined;

  /** `original` has the methods that the application may have overridden. */
  constructor(client: Owner, connection: ClientConnection, original: Overridable) {
    this.#client = client;
    this.#connection = connection;
    this.#original = original;
  }

  /** A CONNECT is about to be sent: messages may follow whose acknowledgement is the application's. */
  connecting(): void {
    if (this.#customHandleAcks !== undefined || this.#isHandled) this.#needHandover();
  }

  take(
    topic: string,
    received: Payload,
    flags: number,
    messageId: number,
    properties: PacketProperties | undefined,
  ): void {
    const payload = this.#client.options.copyPayloads ? ownPayload(received) : received;
    const packet = publishPacketOf(topic, payload, flags, messageId, properties);
    if (this.#handover === undefined && !this.#isHandled) this.#client.emit('message', topic, payload, packet);
    else this.#needHandover().take(packet);
  }

  connectionClosed(): void {
    this.#handover?.connectionClosed();
  }

  get #isHandled(): boolean {
    return this.#client.handleMessage !== this.#original.handleMessage;
  }

  get #customHandleAcks(): AckHandler | undefined {
    const { protocolVersion, options } = this.#client;
    return protocolVersion === 5 || protocolVersion === 'auto' ? options.customHandleAcks : undefined;
  }

  #needHandover(): MessageHandover {
    if (this.#handover !== undefined) return this.#handover;
    const client = this.#client;
    const { machine } = this.#connection;
    machine.letHostAcknowledge();
    this.#handover = new MessageHandover({
      customHandleAcks: () => this.#customHandleAcks,
      emitMessage: (packet) => client.emit('message', packet.topic, packet.payload, packet),
      emitError: (error) => client.emit('error', error),
      handleMessage: (packet, callback) => client.handleMessage(packet, callback),
      acknowledge: (messageId, code, properties) => machine.acknowledge(messageId, code, properties),
      leaveUnacknowledged: (messageId) => machine.leaveUnacknowledged(messageId),
      pause: () => this.#connection.pause(),
      resume: () => this.#connection.resume(),
    });
    return this.#handover;
  }
}
