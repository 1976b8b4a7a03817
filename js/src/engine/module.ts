// The Wasm module as wasm/bindings.cpp and wasm/broker_bindings.cpp bind it: the only place that knows its raw shape.

import type { BrokerLimits } from '../generated/broker-options.ts';

/** Texts, keys and payloads cross as bytes, texts in UTF-8; properties as a run of them, as wasm/records.h describes it. */
type Bytes = Uint8Array;

/** Times are milliseconds; Infinity is no limit. */
export interface RawClientOptions {
  reconnect: boolean;
  initialReconnectDelay: number;
  maximumReconnectDelay: number;
  reconnectFactor: number;
  reconnectJitter: number;
  connectTimeout: number;
  fallsBack: boolean;
  keepsSession: boolean;
  resubscribe: boolean;
  subscribeBatchSize: number;
  queueQosZero: boolean;
  maximumQueuedMessages: number;
  maximumQueuedBytes: number;
  maximumAutomaticTopicAliases: number;
  acknowledgedByHost: boolean;
  unixTimeAtZero: number;
  randomSeed: number;
}

export interface RawWill {
  topic: Bytes;
  payload: Bytes;
  qos: number;
  retain: boolean;
  properties: Bytes;
}

export interface RawConnect {
  protocolVersion: number;
  clientId: Bytes;
  clean: boolean;
  keepAlive: number;
  hasUsername: boolean;
  username: Bytes;
  hasPassword: boolean;
  password: Bytes;
  bridge: boolean;
  properties: Bytes;
  hasWill: boolean;
  will: RawWill;
}

export type RawBrokerOptions = { [Name in keyof BrokerLimits]-?: Exclude<BrokerLimits[Name], undefined> } & {
  randomSeed: number;
};

export interface RawVerdict {
  reasonCode: number;
  properties: Bytes;
  limitsPublishes: boolean;
  limitsSubscriptions: boolean;
  publishRefusal: Bytes;
  subscribeRefusal: Bytes;
}

export interface RawBrokerStatistics {
  publishesReceived: number;
  publishesSent: number;
  publishesDropped: number;
  bytesReceived: number;
  bytesSent: number;
  connectionsAccepted: number;
  connections: number;
  sessions: number;
  subscriptions: number;
  retainedMessages: number;
}

/** Places in RawModule.stepExchange(). */
export const StepExchange = { now: 0, length: 1, deadline: 2 } as const;

/** What both modules bind. Views are empty once memory has grown; then the function is called again. */
export interface RawModule {
  /** Makes room for a block of so many bytes, good until the next call of reserve(). */
  reserve(bytes: number): Uint8Array<ArrayBuffer>;
  /** StepResults, in the same place for ever; its content is that of the last step. */
  results(): Uint32Array<ArrayBuffer>;
  /** What step() takes and answers, as StepExchange names its places: each argument of a call costs as much as a small frame. */
  stepExchange(): Float64Array<ArrayBuffer>;
  /** Carries out the block's first `length` bytes at the time `now`; then the next deadline is there, Infinity if there is none. Both in milliseconds. */
  step(): void;
  /** The parts of a step in which functions are called, too: begin(), then carryOut() and those functions in their order, and finish(). */
  begin(now: number): void;
  carryOut(length: number): void;
  finish(): number;

  /** Adds what a RawBrokerModule has beyond this, where the module has it. */
  bindBroker(): void;

  defaultClientOptions(): RawClientOptions;
  createClient(client: number, options: RawClientOptions, journal: boolean, trace: boolean): void;
  destroyClient(client: number): void;
  startAttempt(client: number): void;
  openTransport(client: number, connect: RawConnect, maximumFrameSize: number): void;
  closeTransport(client: number): void;
  /** One after the other, what the next subscribe() or unsubscribe() names. */
  nameFilter(
    topicFilter: Bytes,
    qos: number,
    noLocal: boolean,
    retainAsPublished: boolean,
    retainHandling: number,
  ): void;
  subscribe(client: number, properties: Bytes, token: number): void;
  unsubscribe(client: number, properties: Bytes, token: number): void;
  authenticate(client: number, reasonCode: number, properties: Bytes, token: number): void;
  disconnect(client: number, reasonCode: number, properties: Bytes): void;
  stopReconnecting(client: number): void;
  reconnect(client: number): void;
  discard(client: number, token: number): void;
  probe(client: number): void;
  restore(client: number, key: Bytes, value: Bytes): void;
  finishRestoring(client: number): void;
  letHostAcknowledge(client: number): void;
  setTrace(client: number, wanted: boolean): void;
}

/** What the broker module binds beyond that. */
export interface RawBrokerModule extends RawModule {
  defaultBrokerOptions(): RawBrokerOptions;
  createBroker(options: RawBrokerOptions, decisions: boolean, publishes: boolean): void;
  /** `gathered`: bytes up to which packets share a frame; 0: one packet a frame. */
  openConnection(connection: number, gathered: number): void;
  closeConnection(connection: number): void;
  disconnectConnection(connection: number, reasonCode: number, properties: Bytes): void;
  link(client: number, connection: number, connect: RawConnect): void;
  unlink(connection: number): void;
  shutDown(): void;
  reportPublishes(wanted: boolean): void;
  /** One after the other, what the next decide() permits. */
  permitPublish(topicFilter: Bytes): void;
  permitSubscribe(topicFilter: Bytes): void;
  decide(connection: number, verdict: RawVerdict): void;
  statistics(): RawBrokerStatistics;
}

export interface ModuleArguments {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): Record<string, never>;
}

/** Emscripten's glue; several instances may be made by one. */
export type ModuleFactory = (moduleArguments: ModuleArguments) => Promise<RawModule>;
