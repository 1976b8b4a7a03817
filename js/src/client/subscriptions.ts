// subscribe() and unsubscribe(): lists of filters -> SUBSCRIBE and UNSUBSCRIBE operations, and their answers -> one
// callback.
import type { SubscribeCall, SubscriptionRequest } from '../api/arguments.ts';
import type { CompleteOptions } from '../api/client-options.ts';
import type { SubscribeCallback, SubscriptionGrant, UnsubscribeCallback } from '../api/client-types.ts';
import { ErrorWithSubackPacket, errorOf, type MqttError } from '../api/errors.ts';
import type { SubackPacket, UnsubscribeProperties } from '../api/packets.ts';
import { isFailure, ReasonCodes } from '../api/reason-codes.ts';
import type { ClientMachine } from '../engine/client-machine.ts';
import type { EngineError, OperationToken, SubscribeEntry } from '../engine/types.ts';
import { Reason } from '../generated/reason-codes.ts';
import { maySpeak5 } from './complete-options.ts';
import type { Operations } from './operations.ts';
import { subackPacketOf, unsubackPacketOf } from './packet-shapes.ts';

export class Subscriptions {
  readonly #machine: ClientMachine;
  readonly #operations: Operations;
  readonly #options: CompleteOptions;
  // By filter, the QoS asked for: like MQTT.js, what is subscribed already is not asked for again.
  readonly #subscribed = new Map<string, number>();

  constructor(machine: ClientMachine, operations: Operations, options: CompleteOptions) {
    this.#machine = machine;
    this.#operations = operations;
    this.#options = options;
  }

  subscribe(call: SubscribeCall, callback: SubscribeCallback | undefined): void {
    const requests = call.requests.filter((request) => call.resubscribe || this.#isNews(request));
    if (requests.length === 0) {
      callback?.(null, []);
      return;
    }
    const size = this.#options.subscribeBatchSize || requests.length;
    const grants: SubscriptionGrant[] = [];
    let unanswered = Math.ceil(requests.length / size);
    let failure: MqttError | null = null;
    for (let begin = 0; begin < requests.length; begin += size) {
      this.#subscribeBatch(requests.slice(begin, begin + size), call, grants, (error, suback) => {
        failure ??= error;
        if (--unanswered === 0) callback?.(failure, grants, suback);
      });
    }
  }

  unsubscribe(
    topics: readonly string[],
    properties: UnsubscribeProperties | undefined,
    callback: UnsubscribeCallback | undefined,
  ): void {
    for (const topic of topics) this.#subscribed.delete(topic);
    const kept = this.#maySpeak5 ? properties : undefined;
    const size = this.#options.subscribeBatchSize || Math.max(topics.length, 1);
    const granted: number[][] = [];
    let unanswered = Math.max(Math.ceil(topics.length / size), 1);
    let failure: EngineError | undefined;
    for (let begin = 0, batch = 0; begin === 0 || begin < topics.length; begin += size, ++batch) {
      const token = this.#operations.add((error, answer) => {
        failure ??= error;
        granted[batch] = answer?.reasonCodes ?? [];
        if (--unanswered > 0) return;
        if (failure !== undefined || answer === undefined) callback?.(failure && errorOf(failure));
        else callback?.(null, { ...unsubackPacketOf(answer), granted: granted.flat() });
      });
      this.#stage(token, () => this.#machine.unsubscribe(topics.slice(begin, begin + size), kept, token));
    }
  }

  // What the others do not have is left out: an application may have options for every version.
  get #maySpeak5(): boolean {
    return maySpeak5(this.#options);
  }

  #isNews({ topic, options }: SubscriptionRequest): boolean {
    const known = this.#subscribed.get(topic);
    return known === undefined || known < (options.qos ?? 0);
  }

  #subscribeBatch(
    requests: readonly SubscriptionRequest[],
    { properties }: SubscribeCall,
    grants: SubscriptionGrant[],
    done: (error: MqttError | null, suback: SubackPacket | undefined) => void,
  ): void {
    const batch = requests.map((request) => this.#grantOf(request));
    grants.push(...batch);
    this.#remember(requests);
    const token = this.#operations.add((error, answer) => {
      const suback = answer && subackPacketOf(answer);
      if (suback !== undefined)
        for (const [index, grant] of batch.entries()) grant.qos = suback.granted[index] ?? Reason.UnspecifiedError;
      const failure = error === undefined ? refusalIn(suback) : errorOf(error);
      if (failure !== null) for (const { topic } of requests) this.#subscribed.delete(topic);
      done(failure, suback);
    });
    const entries = requests.map((request) => entryOf(request, this.#maySpeak5));
    this.#stage(token, () => this.#machine.subscribe(entries, this.#maySpeak5 ? properties : undefined, token));
  }

  // What can't be sent (text that is no text, a property of the wrong kind) throws, and was not begun.
  #stage(token: OperationToken, stage: () => void): void {
    try {
      stage();
    } catch (error) {
      this.#operations.forget(token);
      throw error;
    }
  }

  #remember(requests: readonly SubscriptionRequest[]): void {
    if (!this.#options.resubscribe || this.#options.reconnectPeriod === 0) return;
    for (const { topic, options } of requests) this.#subscribed.set(topic, options.qos ?? 0);
  }

  #grantOf({ topic, options }: SubscriptionRequest): SubscriptionGrant {
    const { qos = 0, nl = false, rap = false, rh = 0, properties } = options;
    if (!this.#maySpeak5) return { topic, qos };
    return { topic, qos, nl, rap, rh, ...(properties && { properties }) };
  }
}

function entryOf({ topic, options }: SubscriptionRequest, isVersion5: boolean): SubscribeEntry {
  const { qos = 0, nl = false, rap = false, rh = 0 } = options;
  if (!isVersion5) return { topicFilter: topic, qos };
  return { topicFilter: topic, qos, noLocal: nl, retainAsPublished: rap, retainHandling: rh };
}

function refusalIn(suback: SubackPacket | undefined): ErrorWithSubackPacket | null {
  const refusal = suback?.granted.filter(isFailure).at(-1);
  return refusal === undefined
    ? null
    : new ErrorWithSubackPacket(`Subscribe error: ${ReasonCodes[refusal]}`, refusal, suback);
}
