// The Wasm edge: stages what clients and brokers are told, steps the machines once for all of it, and walks the events into their sinks.
import { CommandKind, ReceiveCommandField } from '../generated/records.ts';
import { AnnouncedTopics, CommandBlock } from './commands.ts';
import { type BrokerEvents, EventReader } from './events.ts';
import { instantiate, type ModuleSource } from './load.ts';
import { type RawModule, StepExchange } from './module.ts';
import { type Clock, hostClock, postTask, Scheduler } from './scheduler.ts';
import type { ClientSink, EngineError } from './types.ts';

export interface EngineOptions {
  /** Monotonic milliseconds; performance.now() unless given. */
  readonly now?: (() => number) | undefined;
  /** The timer; the global setTimeout and clearTimeout unless given. Delays are at most 2^31-1. */
  readonly setTimeout?: ((callback: () => void, delay: number) => unknown) | undefined;
  readonly clearTimeout?: ((timer: unknown) => void) | undefined;
  /** Hears of exceptions that sinks throw; by default they are thrown again from a microtask, as uncaught. */
  readonly reportError?: ((error: unknown) => void) | undefined;
}

// Commands carried out in one step: large enough that a step's own cost vanishes, small enough that linear memory, which never shrinks, stays small
// when an application stages a million messages at once.
const longestRun = 256 * 1024;

// Steps by microtasks before the host's other tasks get their turn, so that two machines that answer each other for ever do not stop the page.
const longestTurn = 256;
const quietTurn = 16;

/** What clients are told when their module has stopped. */
export const moduleStopped: EngineError = {
  fault: 'limit-reached',
  reasonCode: 0x83,
  text: 'the WebAssembly module stopped, out of memory or by a defect',
};

/**
 * One instance of a Wasm module, with a linear memory of its own: any number of clients (and, in the broker module, one broker). It can be used at
 * once: what is staged before the module has started is carried out when it has.
 *
 * Everything that clients, brokers and connections are told is staged, and carried out in one step in a microtask: packets published in one task leave
 * together. receive() steps at once, with what is staged going first. Sinks are called during the walk over a step's events, never from inside a staging
 * call; what they call is staged in turn.
 */
export class Engine {
  /** Rejects when the module can't be compiled or started; nothing is ever carried out then. */
  readonly ready: Promise<void>;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #reportError: (error: unknown) => void;
  // Clients and connections have numbers of their own, each from a pool.
  readonly #clientNumbers = new NumberPool();
  readonly #sinks: (ClientSink | undefined)[] = [];
  #broker: BrokerEvents | undefined;
  #module: RawModule | undefined;
  #reader: EventReader | undefined;
  // Calls go to one block while the other is carried out.
  #staged: CommandBlock;
  #running: CommandBlock;
  #isRunning = false;
  #flushIsDue = false;
  #runAgain = false;
  #isDisposed = false;
  #hasStopped = false;
  #stepsInTurn = 0;
  // In linear memory, where commands go.
  #block: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #exchange = new Float64Array(0);
  #holders = 0;

  constructor(source: ModuleSource, options: EngineOptions = {}) {
    this.#clock = {
      now: options.now ?? hostClock.now,
      setTimeout: options.setTimeout ?? hostClock.setTimeout,
      clearTimeout: options.clearTimeout ?? hostClock.clearTimeout,
    };
    this.#reportError = options.reportError ?? rethrow;
    this.#scheduler = new Scheduler(this.#clock, () => this.#run(undefined));
    const topics = new AnnouncedTopics();
    this.#staged = new CommandBlock(topics);
    this.#running = new CommandBlock(topics);
    this.ready = this.#start(source);
    // Whoever awaits it hears of the failure; nobody has to.
    this.ready.catch(() => {});
  }

  /** On the engine's clock, which is performance.now()'s unless another was given. */
  now(): number {
    return this.#clock.now();
  }

  /** The module has started, and has neither failed nor been disposed of. */
  get isAlive(): boolean {
    return this.#module !== undefined;
  }

  /** The module has trapped, out of memory or by a defect: nothing is ever carried out any more. */
  get hasStopped(): boolean {
    return this.#hasStopped;
  }

  /** Carries out at once what is staged; inside a walk, at its end. */
  flush(): void {
    if (this.#isRunning) this.#runAgain = true;
    else if (!this.#staged.isEmpty) this.#run(undefined);
  }

  /**
   * In Node: a process that has nothing else to do waits for what is due here, until release() was called as often. Otherwise it ends: what a broker
   * without clients still has to do, nobody would see.
   */
  hold(): void {
    this.#scheduler.holdProcess(++this.#holders > 0);
  }

  release(): void {
    this.#scheduler.holdProcess(--this.#holders > 0);
  }

  /** Forgets every machine, and the memory with them; nothing is called any more. */
  dispose(): void {
    this.#isDisposed = true;
    this.#scheduler.arm(Infinity);
    this.#sinks.fill(undefined);
    this.#broker = undefined;
    if (this.#reader !== undefined) this.#reader.broker = undefined;
    this.#staged.clear();
    // A walk still reads what the machines left.
    if (!this.#isRunning) this.#release();
  }

  // --- for the machines of this folder

  /** @internal The block that the next command goes to; it is carried out in a microtask. */
  stage(): CommandBlock {
    if (this.#isDisposed) this.#staged.clear();
    else if (!this.#flushIsDue) this.#scheduleFlush();
    return this.#staged;
  }

  /** @internal A call of the module, in its order with the commands that are staged. */
  call(call: (module: RawModule) => void): void {
    this.stage().call(call);
  }

  /** @internal Bytes of a transport: carried out at once, or behind the walk that runs. */
  receive(
    kind: CommandKind.Receive | CommandKind.ConnectionReceive,
    subject: number,
    frame: Uint8Array<ArrayBuffer>,
  ): void {
    if (this.#isDisposed) return;
    if (this.#isRunning || this.#module === undefined) {
      this.#staged.receive(kind, subject, frame);
      this.#runAgain = true;
    } else {
      this.#run({ kind, subject, frame });
    }
  }

  /** @internal A number for a client whose events come to `sink`. */
  addClient(sink: ClientSink): number {
    const number = this.#clientNumbers.take();
    this.#sinks[number] = sink;
    return number;
  }

  /** @internal The client's number is free once its last command was carried out. */
  forgetClient(number: number): void {
    this.#sinks[number] = undefined;
    this.stage().afterwards.push(() => this.#clientNumbers.give(number));
  }

  /** @internal */
  set broker(events: BrokerEvents) {
    if (this.#broker !== undefined) throw new Error('an engine has one broker at most: make another Engine');
    this.#broker = events;
    if (this.#reader !== undefined) this.#reader.broker = events;
  }

  /** @internal Undefined before the module has started, and after its end. */
  get module(): RawModule | undefined {
    return this.#module;
  }

  async #start(source: ModuleSource): Promise<void> {
    const module = await instantiate(source);
    if (this.#isDisposed) return;
    this.#module = module;
    this.#reader = new EventReader(module, this.#sinks, this.#reportError);
    this.#reader.broker = this.#broker;
    this.flush();
  }

  #scheduleFlush(): void {
    this.#flushIsDue = true;
    if (this.#stepsInTurn === quietTurn) postTask(this.#endTurn);
    ++this.#stepsInTurn;
    if (this.#stepsInTurn <= longestTurn) queueMicrotask(this.#flushStaged);
  }

  readonly #endTurn = (): void => {
    const isHeldBack = this.#stepsInTurn > longestTurn;
    this.#stepsInTurn = 0;
    if (isHeldBack) this.#flushStaged();
  };

  readonly #flushStaged = (): void => {
    this.#flushIsDue = false;
    this.flush();
  };

  /** Steps through all that is staged and then, if given, a received frame, until no walk asked for more. */
  #run(received: ReceivedFrame | undefined): void {
    if (this.#module === undefined) return;
    this.#isRunning = true;
    try {
      this.#carryOut(this.#module, received);
      while (this.#runAgain && !this.#isDisposed) {
        this.#runAgain = false;
        this.#carryOut(this.#module, undefined);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isRunning = false;
      if (this.#isDisposed) this.#release();
    }
  }

  #carryOut(module: RawModule, received: ReceivedFrame | undefined): void {
    const block = this.#staged;
    this.#staged = this.#running;
    this.#running = block;
    const hasCalls = block.calls.length > 0;
    let begin = hasCalls ? this.#carryOutCalls(module, block) : 0;
    while (
      !this.#isDisposed &&
      (block.length - begin > longestRun || (received === undefined && begin < block.length))
    ) {
      const end = block.endOfRun(begin, block.length, longestRun);
      this.#copyIn(module, block, begin, end);
      this.#step(module, end - begin, block);
      begin = end;
    }
    if (this.#isDisposed) return;
    if (received !== undefined) this.#carryOutReceived(module, block, begin, received);
    else if (begin === 0 && !hasCalls) this.#step(module, 0, block);
    if (block.afterwards.length > 0) for (const task of block.afterwards.splice(0)) task();
    block.clear();
  }

  // One step of all up to the last call, and of a short rest, which leaves together with it. Answers where it ends.
  #carryOutCalls(module: RawModule, block: CommandBlock): number {
    module.begin(this.#clock.now());
    let begin = 0;
    for (const { at, call } of block.calls) {
      begin = this.#carryOutRun(module, block, begin, at);
      call(module);
    }
    if (block.length - begin <= longestRun) begin = this.#carryOutRun(module, block, begin, block.length);
    this.#finishStep(module.finish(), block);
    return begin;
  }

  #carryOutRun(module: RawModule, block: CommandBlock, begin: number, end: number): number {
    while (begin < end) {
      const next = block.endOfRun(begin, end, longestRun);
      this.#copyIn(module, block, begin, next);
      module.carryOut(next - begin);
      begin = next;
    }
    return end;
  }

  #copyIn(module: RawModule, block: CommandBlock, begin: number, end: number): void {
    this.#reserve(module, end - begin);
    this.#block.set(block.bytes.subarray(begin, end));
  }

  // The frame is copied once, from where the transport left it to linear memory.
  #carryOutReceived(
    module: RawModule,
    block: CommandBlock,
    begin: number,
    { kind, subject, frame }: ReceivedFrame,
  ): void {
    const before = block.length - begin;
    const head = before + 4 * ReceiveCommandField.words;
    const total = head + ((frame.length + 3) & ~3);
    this.#reserve(module, total);
    if (before > 0) this.#block.set(block.bytes.subarray(begin, block.length));
    this.#block.set(frame, head);
    const at = (this.#block.byteOffset + before) >> 2;
    const words = this.#reader!.words();
    words[at + ReceiveCommandField.kind] = kind;
    words[at + ReceiveCommandField.length] = total - before;
    words[at + ReceiveCommandField.subject] = subject;
    words[at + ReceiveCommandField.frame] = block.frames.push(frame) - 1;
    words[at + ReceiveCommandField.bytesLength] = frame.length;
    this.#step(module, total, block);
  }

  #reserve(module: RawModule, bytes: number): void {
    // A larger block than usual is given back with the next one of usual size; and growth of memory empties views.
    if (bytes <= this.#block.length && this.#block.length <= 4 * longestRun) return;
    this.#block = module.reserve(Math.max(bytes, longestRun));
  }

  #step(module: RawModule, length: number, block: CommandBlock): void {
    const exchange = this.#exchangeOf(module);
    exchange[StepExchange.now] = this.#clock.now();
    exchange[StepExchange.length] = length;
    module.step();
    this.#finishStep(this.#exchangeOf(module)[StepExchange.deadline]!, block);
  }

  #exchangeOf(module: RawModule): Float64Array {
    if (this.#exchange.length === 0) this.#exchange = module.stepExchange();
    return this.#exchange;
  }

  #finishStep(deadline: number, block: CommandBlock): void {
    this.#reader!.walk(block.frames);
    if (!this.#isDisposed) this.#scheduler.arm(deadline);
  }

  // Out of memory, or a defect: the instance can't be trusted any more, and whoever relied on it must not wait for ever.
  #fail(error: unknown): void {
    const sinks = this.#sinks.filter((sink) => sink !== undefined);
    const broker = this.#broker;
    this.#module = undefined;
    this.#hasStopped = true;
    this.dispose();
    this.#reportError(error);
    for (const sink of sinks) {
      this.#unlessThrows(() => sink.closing(moduleStopped));
      this.#unlessThrows(() => sink.closeTransport(true));
    }
    if (broker !== undefined) this.#unlessThrows(() => broker.stopped());
  }

  #unlessThrows(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#reportError(error);
    }
  }

  #release(): void {
    this.#module = undefined;
    this.#reader = undefined;
  }
}

interface ReceivedFrame {
  readonly kind: CommandKind.Receive | CommandKind.ConnectionReceive;
  readonly subject: number;
  readonly frame: Uint8Array<ArrayBuffer>;
}

/** Small dense numbers, used again when they are given back. */
export class NumberPool {
  readonly #free: number[] = [];
  #next = 0;

  take(): number {
    return this.#free.pop() ?? this.#next++;
  }

  give(number: number): void {
    this.#free.push(number);
  }
}

function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
