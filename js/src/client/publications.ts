// publish(): a message -> a PUBLISH operation, and its answer -> the callback.
import type { PublishCallback } from '../api/client-types.ts';
import { ErrorWithReasonCode, errorOf } from '../api/errors.ts';
import type { PublishProperties } from '../api/packets.ts';
import { isFailure, ReasonCodes } from '../api/reason-codes.ts';
import type { ClientMachine } from '../engine/client-machine.ts';
import { type OperationToken, PublishFlags } from '../engine/types.ts';
import type { Answer, Operations } from './operations.ts';
import { publishPacketOf, refusalOf } from './packet-shapes.ts';

export class Publications {
  readonly #machine: ClientMachine;
  readonly #operations: Operations;

  constructor(machine: ClientMachine, operations: Operations) {
    this.#machine = machine;
    this.#operations = operations;
  }

  publish(
    topic: string,
    payload: string | Uint8Array,
    flags: number,
    properties: PublishProperties | undefined,
    callback: PublishCallback | undefined,
  ): void {
    const token = this.#begin(topic, payload, flags, callback);
    try {
      this.#machine.publish(topic, payload, flags, properties, token);
    } catch (error) {
      this.#operations.forget(token);
      throw error;
    }
  }

  // QoS 0 without a callback needs no answer.
  #begin(
    topic: string,
    payload: string | Uint8Array,
    flags: number,
    callback: PublishCallback | undefined,
  ): OperationToken {
    const qos = flags & PublishFlags.qosMask;
    if (qos === 0 && callback === undefined) return 0;
    return this.#operations.add((error, answer) => {
      if (answer === undefined) callback?.(error && errorOf(error));
      else if (qos === 0) callback?.();
      else callback?.(...resultOf(topic, payload, flags, answer));
    });
  }
}

function resultOf(
  topic: string,
  payload: string | Uint8Array,
  flags: number,
  answer: Answer,
): Parameters<PublishCallback> {
  const reasonCode = answer.reasonCodes[0] ?? 0;
  if (!isFailure(reasonCode)) return [null, publishPacketOf(topic, payload, flags, answer.packetIdentifier, undefined)];
  const message = `Publish error: ${ReasonCodes[reasonCode] ?? reasonCode}`;
  return [new ErrorWithReasonCode(message, reasonCode), refusalOf(flags & PublishFlags.qosMask, answer)];
}
