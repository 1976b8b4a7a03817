// What the application's authenticate() answers, now or later, about clients that want to connect -> the broker's
// verdicts.
import { typeOf } from '../api/arguments.ts';
import type { ApplicantClient, BrokerOptions, Challenge, Decision, TopicPermission } from '../api/broker-types.ts';
import { badCall, thrownError } from '../api/errors.ts';
import { isFailure } from '../api/reason-codes.ts';
import { validateTopic } from '../api/topic-filters.ts';
import type { BrokerMachine } from '../engine/broker-machine.ts';
import type { Payload } from '../engine/payload.ts';
import type { PacketProperties } from '../engine/properties.ts';
import type { ConnectingClient, ReasonCode, Verdict } from '../engine/types.ts';
import { Reason } from '../generated/reason-codes.ts';

/** One connection whose client asked. */
interface Applicant {
  readonly client: ApplicantClient;
  /** Of the exchange under way. */
  next?: Challenge['next'] | undefined;
}

export class BrokerAuthority {
  readonly #machine: BrokerMachine;
  readonly #authenticate: NonNullable<BrokerOptions['authenticate']>;
  readonly #failed: (error: Error) => void;
  // By the engine's number: who waits for an answer, and who may be asked again.
  readonly #applicants = new Map<number, Applicant>();

  /** `failed` hears of exceptions and of answers that are none; the client is refused then. */
  constructor(
    machine: BrokerMachine,
    authenticate: NonNullable<BrokerOptions['authenticate']>,
    failed: (error: Error) => void,
  ) {
    this.#machine = machine;
    this.#authenticate = authenticate;
    this.#failed = failed;
  }

  connecting(connection: number, { properties, ...client }: ConnectingClient): void {
    const applicant: Applicant = {
      client: {
        ...client,
        authenticationMethod: properties?.authenticationMethod,
        authenticationData: properties?.authenticationData as Payload | undefined,
        userProperties: properties?.userProperties,
        isConnected: false,
      },
    };
    this.#applicants.set(connection, applicant);
    this.#ask(connection, applicant, () => this.#authenticate(applicant.client));
  }

  /** An AUTH: the client's part of an exchange, or the begin of another one. */
  authenticating(connection: number, reasonCode: ReasonCode, properties: PacketProperties | undefined): void {
    const applicant = this.#applicants.get(connection);
    if (applicant === undefined) return;
    const authenticationData = properties?.authenticationData as Payload | undefined;
    const { client, next } = applicant;
    applicant.next = undefined;
    this.#ask(connection, applicant, () => {
      if (reasonCode !== Reason.ReAuthenticate && next !== undefined) return next(authenticationData);
      return this.#authenticate({ ...client, authenticationData, isConnected: true });
    });
  }

  ended(connection: number): void {
    this.#applicants.delete(connection);
  }

  #ask(connection: number, applicant: Applicant, question: () => Decision | PromiseLike<Decision>): void {
    const tell = (answer: Decision): void => {
      // Another connection may have the number by now.
      if (this.#applicants.get(connection) !== applicant) return;
      this.#machine.decide(connection, verdictOf(answer));
      applicant.next = isChallenge(answer) ? answer.next : undefined;
      // Nothing more is asked without a method, and a password need not be kept.
      if (applicant.client.authenticationMethod === undefined) this.#applicants.delete(connection);
    };
    const refuse = (thrown: unknown): void => {
      tell({ reasonCode: Reason.ServerUnavailable });
      this.#failed(thrownError(thrown));
    };
    try {
      const answer = question();
      if (isPromised(answer)) answer.then(tell).then(undefined, refuse);
      else tell(answer);
    } catch (thrown) {
      refuse(thrown);
    }
  }
}

function verdictOf(answer: Decision): Verdict {
  if (typeof answer === 'boolean') return { reasonCode: answer ? Reason.Success : Reason.NotAuthorized };
  if (typeof answer !== 'object' || answer === null) {
    throw badCall(`authenticate() answered ${typeOf(answer)}: write true, false or { reasonCode: 0x87 }`);
  }
  const { reasonString, userProperties } = answer;
  const said = { authenticationData: bytesOf(answer.authenticationData), reasonString, userProperties };
  if (isChallenge(answer)) return { reasonCode: Reason.ContinueAuthentication, properties: said };
  const { reasonCode = Reason.Success, serverReference } = answer;
  if (reasonCode !== Reason.Success && !(isFailure(reasonCode) && reasonCode <= 0xff)) {
    throw badCall(`authenticate() answered reasonCode ${String(reasonCode)}: write 0, or 0x80 to 0xFF for a refusal`);
  }
  const publish = permissionOf('publish', answer.publish);
  const subscribe = permissionOf('subscribe', answer.subscribe);
  return {
    reasonCode,
    properties: { ...said, serverReference },
    publish: publish?.topics,
    publishRefusal: refusalOf(publish),
    subscribe: subscribe?.topics,
    subscribeRefusal: refusalOf(subscribe),
  };
}

function permissionOf(
  name: string,
  permission: readonly string[] | TopicPermission | undefined,
): TopicPermission | undefined {
  if (permission === undefined) return undefined;
  const isFilter = (filter: unknown): boolean => typeof filter === 'string' && validateTopic(filter);
  const read = isList(permission) ? { topics: permission } : permission;
  if (typeof read === 'object' && read !== null && isList(read.topics) && read.topics.every(isFilter)) return read;
  throw badCall(`authenticate() answered ${name} that are no topic filters: write ${name}: ["a/#"]`);
}

function refusalOf(permission: TopicPermission | undefined): PacketProperties | undefined {
  return permission && { reasonString: permission.reasonString, userProperties: permission.userProperties };
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

function bytesOf(data: Uint8Array | string | undefined): Uint8Array | undefined {
  return typeof data === 'string' ? new TextEncoder().encode(data) : data;
}

function isChallenge(answer: Decision): answer is Challenge {
  return typeof (answer as Partial<Challenge> | null)?.next === 'function';
}

function isPromised(answer: Decision | PromiseLike<Decision>): answer is PromiseLike<Decision> {
  return typeof (answer as Partial<PromiseLike<Decision>> | null)?.then === 'function';
}
