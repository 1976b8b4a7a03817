// One client machine and the transports it lives through: dials when the machine says so, moves octets, and tells
// what the machine tells.
import type { ClientMachine, Engine } from './engine/engine.ts';
import type { Payload } from './engine/payload.ts';
import type { PacketProperties } from './engine/properties.ts';
import type {
  ClientMachineOptions,
  ClientSink,
  ConnackPacket,
  ConnectPacket,
  EngineError,
  OperationToken,
  PublishContent,
  ReasonCode,
} from './engine/types.ts';
import { messageOf, type MqttError } from './errors.ts';
import { SessionJournal } from './session-journal.ts';
import type { SessionStore } from './session-store.ts';
import { PendingTransport } from './transport/pending.ts';
import type { CloseInfo, Transport, TransportHandlers } from './transport/transport.ts';

/** One attempt to reach the server. */
export interface Attempt {
  readonly machine: ClientMachine;
  readonly handlers: TransportHandlers;
  /** What the CONNECT will say. */
  connectPacket(): ConnectPacket;
  /**
   * `next` of the value; when it is there, if the application promised it, and unless the attempt has been given up by
   * then.
   */
  after<Value, Result>(value: Value | PromiseLike<Value>, next: (value: Value) => Awaitable<Result>): Awaitable<Result>;
}

export type Awaitable<Value> = Value | PromiseLike<Value>;

/** Begins an attempt; an exception, or a rejection, ends it. */
export type Dial = (attempt: Attempt) => Awaitable<Transport>;

/** Hears what happens; the engine's sink, without what this file takes care of itself. */
export interface ConnectionListener extends Pick<
  ClientSink,
  'message' | 'published' | 'subscribed' | 'unsubscribed' | 'operationFailed'
> {
  connectPacket(): ConnectPacket;
  /** When it will be, on the engine's clock. */
  reconnectScheduled(at: number): void;
  reconnectDue(): void;
  connack(packet: ConnackPacket): void;
  disconnect(reasonCode: ReasonCode, properties: PacketProperties | undefined): void;
  auth(reasonCode: ReasonCode, properties: PacketProperties | undefined): void;
  /** The server does what the standard does not allow; the connection goes on. */
  warning(error: EngineError): void;
  /** The connection is about to close for this reason. */
  failing(error: EngineError): void;
  /** The session store failed; the connection closes, unless there is none. */
  storeFailed(error: MqttError): void;
  closed(info: CloseInfo): void;
  packetReceived(packetType: number, packetIdentifier: number, octets: number, content?: PublishContent): void;
  packetSent(packetType: number, packetIdentifier: number, octets: number, content?: PublishContent): void;
}

const NOTHING = new Uint8Array(0);
const SUCCESS = 0;
const PROTOCOL_ERROR = 0x82;
const KEEP_ALIVE_TIMEOUT = 0x8d;

export class ClientConnection implements ClientSink {
  readonly machine: ClientMachine;
  readonly #journal: SessionJournal | undefined;
  // Only while something can happen: the engine knows this object, and so must not keep an application's client alive
  // that has ended.
  #listener: ConnectionListener | undefined;
  #transport: Transport | undefined;
  #isOpen = false;
  #peerIsDead = false;
  #isPausing = false;
  #isHolding = false;

  /** `store` keeps the session, if it is to outlive this page or process. */
  constructor(engine: Engine, options: ClientMachineOptions, store: SessionStore | undefined) {
    this.#journal = store && new SessionJournal(store, (error) => this.#storeFailed(error));
    this.machine = engine.createClient({ ...options, hasJournal: store !== undefined }, this);
  }

  /** A transport exists, open or on its way. */
  get isActive(): boolean {
    return this.#transport !== undefined;
  }

  /** Begins an attempt, unless one is under way. What happens from here on is told to `listener`, until detach(). */
  open(listener: ConnectionListener, dial: Dial): void {
    this.#listener = listener;
    this.#hold(true);
    if (this.#transport !== undefined) return;
    this.#isOpen = this.#peerIsDead = this.#isPausing = false;
    this.machine.startAttempt();
    this.machine.setWritable(true);
    const attempt = this.#attempt(listener);
    let dialled: Awaitable<Transport>;
    try {
      dialled = attempt.after(this.#journal?.open(this.machine), () => dial(attempt));
    } catch (thrown) {
      dialled = Promise.reject(thrown);
    }
    this.#transport = isPromised(dialled) ? new PendingTransport(dialled, attempt.handlers) : dialled;
  }

  /** Ends the transport without another packet; closed() follows. */
  destroy(): void {
    this.#transport?.destroy();
  }

  /** Calls back when everything that was published so far is stored, where the session is; else soon. */
  whenStored(callback: () => void): void {
    queueMicrotask(() => {
      this.machine.engine.flush(); // the journal hears of it with the step that carries it out
      if (this.#journal === undefined) callback();
      else this.#journal.whenStored(callback);
    });
  }

  /** Resolves when the session is stored; undefined if it is not kept. */
  closeStore(): Promise<void> | undefined {
    return this.#journal?.close();
  }

  #storeFailed(error: MqttError): void {
    this.#listener?.storeFailed(error);
    this.destroy();
  }

  detach(): void {
    this.#listener = undefined;
    this.#hold(false);
  }

  // What is due for a client that is connected, or will be, keeps a process of Node's going.
  #hold(wanted: boolean): void {
    if (wanted === this.#isHolding) return;
    this.#isHolding = wanted;
    if (wanted) this.machine.engine.hold();
    else this.machine.engine.release();
  }

  /** Holds back what the server sends, where the transport can. */
  pause(): void {
    this.#transport?.pause?.();
  }

  resume(): void {
    this.#transport?.resume?.();
  }

  // A transport that was given up while it was still being dialled may tell things when the next attempt is under way.
  #attempt(listener: ConnectionListener): Attempt {
    let isOver = false;
    return {
      machine: this.machine,
      handlers: {
        opened: (maximumFrameSize) => {
          if (!isOver) this.#opened(listener, maximumFrameSize);
        },
        received: (octets) => {
          if (!isOver) this.machine.receive(octets);
        },
        drained: () => {
          if (!isOver) this.machine.setWritable(true);
        },
        unsent: (bytes) => {
          if (!isOver) this.machine.noteUnsent(bytes);
        },
        arriving: () => {
          if (!isOver) this.machine.receive(NOTHING);
        },
        closed: (info) => {
          if (isOver) return;
          isOver = true;
          this.#closed(info);
        },
      },
      connectPacket: () => listener.connectPacket(),
      after: (value, next) => {
        if (!isPromised(value)) return next(value);
        return value.then((settled) => (isOver ? Promise.reject(new Error('given up')) : next(settled)));
      },
    };
  }

  #closed(info: CloseInfo): void {
    const { engine } = this.machine;
    this.machine.transportClosed();
    // What the end brings about is told before close is: operations that failed, and when the next attempt is due.
    const tell = (): void => {
      this.#transport = undefined;
      engine.flush();
      if (!this.#isPausing) this.#hold(false);
      this.#listener?.closed(info);
    };
    if (engine.isAlive) tell();
    else engine.ready.then(tell, tell);
  }

  // What the options say may be nothing that a CONNECT can say.
  #opened(listener: ConnectionListener, maximumFrameSize: number | undefined): void {
    this.#isOpen = true;
    try {
      this.machine.transportOpened(listener.connectPacket(), maximumFrameSize);
    } catch (thrown) {
      const text = messageOf(thrown);
      this.connectFailed({ fault: 'caller-misuse', reasonCode: PROTOCOL_ERROR, text });
    }
  }

  // --- ClientSink

  output(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#journal === undefined) this.#send(frame);
    else this.#whenStored(() => this.#send(frame));
  }

  #send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#transport?.send(frame) === false) this.machine.setWritable(false);
  }

  // Nothing leaves before what it relies on is stored; and what waits for that, not after its transport.
  #whenStored(action: () => void): void {
    if (this.#journal === undefined) return action();
    const transport = this.#transport;
    this.#journal.whenStored(() => {
      if (this.#transport === transport) action();
    });
  }

  journalPut(key: Uint8Array, value: Uint8Array): void {
    this.#journal?.put(key, value);
  }

  journalErase(key: Uint8Array): void {
    this.#journal?.erase(key);
  }

  restoreFailed(error: EngineError): void {
    this.connectFailed(error);
  }

  warning(error: EngineError): void {
    this.#listener?.warning(error);
  }

  closing(error: EngineError): void {
    this.#peerIsDead = error.reasonCode === KEEP_ALIVE_TIMEOUT;
    if (error.reasonCode !== SUCCESS) this.#listener?.failing(error);
  }

  closeTransport(): void {
    if (this.#peerIsDead || !this.#isOpen) this.#transport?.destroy();
    else this.#whenStored(() => this.#transport?.close());
  }

  connectFailed(error: EngineError): void {
    this.machine.stopReconnecting();
    this.#listener?.failing(error);
    this.#transport?.destroy();
  }

  reconnectScheduled(pause: number): void {
    this.#isPausing = true;
    this.#listener?.reconnectScheduled(this.machine.engine.now() + pause);
  }

  // Behind the close that is being told, if the pause is none.
  reconnectDue(): void {
    queueMicrotask(() => this.#listener?.reconnectDue());
  }

  connack(packet: ConnackPacket): void {
    this.#listener?.connack(packet);
  }

  message(
    topic: string,
    payload: Payload,
    flags: number,
    packetIdentifier: number,
    properties: PacketProperties | undefined,
  ): void {
    this.#listener?.message(topic, payload, flags, packetIdentifier, properties);
  }

  published(
    token: OperationToken,
    packetIdentifier: number,
    reasonCode: ReasonCode,
    properties: PacketProperties | undefined,
  ): void {
    this.#listener?.published(token, packetIdentifier, reasonCode, properties);
  }

  subscribed(
    token: OperationToken,
    packetIdentifier: number,
    reasonCodes: ReasonCode[],
    properties: PacketProperties | undefined,
  ): void {
    this.#listener?.subscribed(token, packetIdentifier, reasonCodes, properties);
  }

  unsubscribed(
    token: OperationToken,
    packetIdentifier: number,
    reasonCodes: ReasonCode[],
    properties: PacketProperties | undefined,
  ): void {
    this.#listener?.unsubscribed(token, packetIdentifier, reasonCodes, properties);
  }

  operationFailed(token: OperationToken, error: EngineError): void {
    this.#listener?.operationFailed(token, error);
  }

  disconnect(reasonCode: ReasonCode, properties: PacketProperties | undefined): void {
    this.#listener?.disconnect(reasonCode, properties);
  }

  auth(reasonCode: ReasonCode, properties: PacketProperties | undefined): void {
    this.#listener?.auth(reasonCode, properties);
  }

  packetReceived(packetType: number, packetIdentifier: number, octets: number, content?: PublishContent): void {
    this.#listener?.packetReceived(packetType, packetIdentifier, octets, content);
  }

  packetSent(packetType: number, packetIdentifier: number, octets: number, content?: PublishContent): void {
    this.#listener?.packetSent(packetType, packetIdentifier, octets, content);
  }
}

// By its members, because it may come from another realm.
function isPromised<Value>(value: Awaitable<Value>): value is PromiseLike<Value> {
  return typeof (value as Partial<PromiseLike<Value>> | undefined | null)?.then === 'function';
}
