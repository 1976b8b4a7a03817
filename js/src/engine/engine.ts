// The Wasm edge: stages what clients and brokers are told, steps the machines once for all of it, and walks the events into their sinks.
import type { ModuleSource } from './load.ts';
import type {
  ClientMachineOptions,
  ClientSink,
  ConnectPacket,
  OperationToken,
  ReasonCode,
  SubscribeEntry,
} from './types.ts';
import type { PacketProperties } from './properties.ts';

export interface EngineOptions {
  /** Monotonic milliseconds; performance.now() unless given. */
  readonly now?: (() => number) | undefined;
  /** The timer; the global setTimeout and clearTimeout unless given. Delays are at most 2^31-1. */
  readonly setTimeout?: ((callback: () => void, delay: number) => unknown) | undefined;
  readonly clearTimeout?: ((timer: unknown) => void) | undefined;
  /** Hears of exceptions that sinks throw; by default they are thrown again from a microtask, as uncaught. */
  readonly reportError?: ((error: unknown) => void) | undefined;
}

/**
 * One instance of a Wasm module, with a linear memory of its own: any number of clients (and, in the broker module, one broker). It can be used at
 * once: what is staged before the module has started is carried out when it has.
 *
 * Everything that clients, brokers and connections are told is staged, and carried out in one step in a microtask: packets published in one task leave as one
 * frame. receive() steps at once, with what is staged going first. Sinks are called during the walk over a step's events, never from inside a staging
 * call; what they call is staged in turn.
 */
export declare class Engine {
  constructor(source: ModuleSource, options?: EngineOptions);
  /** Rejects when the module can't be compiled or started; nothing is ever carried out then. */
  readonly ready: Promise<void>;
  createClient(options: ClientMachineOptions, sink: ClientSink): ClientMachine;
  /** Carries out at once what is staged; inside a walk it does nothing, because the end of the walk does. */
  flush(): void;
  /** Forgets every machine, and the memory with them; nothing is called any more. */
  dispose(): void;
}

/**
 * One client machine, through any number of transports, one at a time: startAttempt(), transportOpened(), receive()..., transportClosed().
 * Every method returns before anything was carried out; what comes of it, comes to the sink. core/mqtt/client/client.h has the rules.
 */
export declare class ClientMachine {
  readonly engine: Engine;
  readonly number: number;
  /** The host begins to dial; connectTimeout runs. Calls off a pause between attempts. */
  startAttempt(): void;
  /** It is open: the CONNECT comes to output(). */
  transportOpened(connect: ConnectPacket): void;
  /** Octets arrived. Payloads that lie whole in `frame` come out as views of its buffer: its content must not change any more. */
  receive(frame: Uint8Array<ArrayBuffer>): void;
  /** The transport is gone, for whatever reason; the pause before the next attempt begins. Also when it never opened. */
  transportClosed(): void;
  /** Whether the transport takes octets: while it doesn't, output() is not called and the machine's limits count what waits. */
  setWritable(writable: boolean): void;
  /** `flags` as PublishFlags. The payload is copied before this returns. */
  publish(
    topic: string,
    payload: Uint8Array | string,
    flags: number,
    properties: PacketProperties | undefined,
    token: OperationToken,
  ): void;
  subscribe(entries: readonly SubscribeEntry[], properties: PacketProperties | undefined, token: OperationToken): void;
  unsubscribe(topicFilters: readonly string[], properties: PacketProperties | undefined, token: OperationToken): void;
  authenticate(reasonCode: ReasonCode, properties: PacketProperties | undefined): void;
  /** The orderly end: DISCONNECT behind what is in the output; no reconnection until startAttempt(). */
  disconnect(reasonCode: ReasonCode, properties: PacketProperties | undefined): void;
  /** A pause that runs is called off. */
  stopReconnecting(): void;
  /** Gives up an unacknowledged or queued publish: its token comes back as failed. */
  discard(token: OperationToken): void;
  /** A PINGREQ now, to learn whether the connection lives. */
  probe(): void;
  /** Ends the machine without another packet; its sink is not called any more and its number is used again. */
  destroy(): void;
}
