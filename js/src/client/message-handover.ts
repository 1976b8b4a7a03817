// Messages whose application has a say in what becomes of them, by handleMessage() or customHandleAcks: one after the
// other, as in MQTT.js, and each acknowledged when the application is done with it.
import type { AckHandler, DoneCallback } from '../api/client-types.ts';
import { badCall, thrownError } from '../api/errors.ts';
import type { AcknowledgementProperties, PublishPacket } from '../api/packets.ts';
import { Reason } from '../generated/reason-codes.ts';

/** The application, and the connection below it. */
export interface HandoverSides {
  /** Undefined: all messages are taken. */
  customHandleAcks(): AckHandler | undefined;
  emitMessage(packet: PublishPacket): void;
  emitError(error: Error): void;
  handleMessage(packet: PublishPacket, callback: DoneCallback): void;
  acknowledge(messageId: number, reasonCode: number, properties: AcknowledgementProperties | undefined): void;
  leaveUnacknowledged(messageId: number): void;
  pause(): void;
  resume(): void;
}

// Those that MQTT.js takes.
const reasonCodes: readonly unknown[] = [
  Reason.Success,
  Reason.NoMatchingSubscribers,
  Reason.UnspecifiedError,
  Reason.ImplementationSpecificError,
  Reason.NotAuthorized,
  Reason.TopicNameInvalid,
  Reason.PacketIdentifierInUse,
  Reason.QuotaExceeded,
  Reason.PayloadFormatInvalid,
];

export class MessageHandover {
  readonly #sides: HandoverSides;
  readonly #waiting: PublishPacket[] = [];
  // Which the application has.
  #current: PublishPacket | undefined;
  #isWalking = false;
  #isPaused = false;

  constructor(sides: HandoverSides) {
    this.#sides = sides;
  }

  take(packet: PublishPacket): void {
    this.#waiting.push(packet);
    this.#walk();
  }

  /** What has not been acknowledged comes again on the next connection; what the application still says about it is void. */
  connectionClosed(): void {
    this.#waiting.length = 0;
    this.#current = undefined;
    this.#isPaused = false;
  }

  #walk(): void {
    if (this.#isWalking) return;
    this.#isWalking = true;
    while (this.#current === undefined && this.#waiting.length > 0) this.#begin(this.#waiting.shift()!);
    this.#isWalking = false;
    const isBusy = this.#current !== undefined;
    if (isBusy === this.#isPaused) return;
    this.#isPaused = isBusy;
    if (isBusy) this.#sides.pause();
    else this.#sides.resume();
  }

  #begin(packet: PublishPacket): void {
    this.#current = packet;
    const decide = packet.qos === 0 ? undefined : this.#sides.customHandleAcks();
    if (decide === undefined) return this.#deliver(packet, 0, undefined);
    let isDecided = false;
    this.#unlessThrows(packet, () => {
      decide(packet.topic, packet.payload, packet, (error, code, properties) => {
        if (isDecided || this.#current !== packet) return;
        isDecided = true;
        const reasonCode = typeof error === 'number' ? error : code;
        if (typeof error === 'object' && error !== null) return this.#fail(packet, error);
        if (!reasonCodes.includes(reasonCode)) return this.#fail(packet, wrongReasonCode(packet, reasonCode));
        this.#decided(packet, reasonCode as number, properties);
      });
    });
  }

  #decided(packet: PublishPacket, reasonCode: number, properties: AcknowledgementProperties | undefined): void {
    if (packet.qos === 2 && reasonCode !== Reason.Success) this.#finish(packet, reasonCode, properties);
    else this.#deliver(packet, reasonCode, properties);
  }

  #deliver(packet: PublishPacket, reasonCode: number, properties: AcknowledgementProperties | undefined): void {
    if (reasonCode === Reason.Success) this.#emit(packet);
    let isHandled = false;
    this.#unlessThrows(packet, () => {
      this.#sides.handleMessage(packet, (error) => {
        if (isHandled || this.#current !== packet) return;
        isHandled = true;
        if (error) this.#fail(packet, error);
        else this.#finish(packet, reasonCode, properties);
      });
    });
  }

  // A listener that throws does not keep the message from being handled; it is heard of as an uncaught exception.
  #emit(packet: PublishPacket): void {
    try {
      this.#sides.emitMessage(packet);
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown;
      });
    }
  }

  #finish(packet: PublishPacket, reasonCode: number, properties: AcknowledgementProperties | undefined): void {
    this.#unlessThrows(packet, () => {
      if (packet.messageId !== undefined) this.#sides.acknowledge(packet.messageId, reasonCode, properties);
      this.#leave(packet);
    });
  }

  #fail(packet: PublishPacket, error: Error): void {
    if (this.#current !== packet) return;
    if (packet.messageId !== undefined) this.#sides.leaveUnacknowledged(packet.messageId);
    this.#sides.emitError(error);
    this.#leave(packet);
  }

  #leave(packet: PublishPacket): void {
    if (this.#current === packet) this.#current = undefined;
    this.#walk();
  }

  #unlessThrows(packet: PublishPacket, act: () => void): void {
    try {
      act();
    } catch (thrown) {
      this.#fail(packet, thrownError(thrown));
    }
  }
}

function wrongReasonCode(packet: PublishPacket, reasonCode: unknown): Error {
  const answer = packet.qos === 1 ? 'puback' : 'pubrec';
  return badCall(`Wrong reason code for ${answer}: ${String(reasonCode)}; write done(null, 0), or done(null, 0x87)`);
}
