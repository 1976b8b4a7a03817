// One client machine and the transports it lives through: dials when the machine says so, moves bytes, and tells
// what the machine tells.
import { type MqttError, messageOf } from '../api/errors.ts';
import type { SessionStore } from '../api/session-store.ts';
import type { CloseInfo } from '../api/transport.ts';
import { ClientMachine } from '../engine/client-machine.ts';
import { type Engine, moduleStopped } from '../engine/engine.ts';
import type { Payload } from '../engine/payload.ts';
import type { PacketProperties } from '../engine/properties.ts';
import type {
  ClientMachineOptions,
  ClientSink,
  ConnackPacket,
  ConnectPacket,
  EngineError,
  OperationToken,
  PublishContent,
  ReasonCode,
} from '../engine/types.ts';
import { Reason } from '../generated/reason-codes.ts';
import { SessionJournal } from '../session/session-journal.ts';
import { Attempt, type Dial } from '../transport/attempt.ts';

/** Hears what happens; the engine's sink, without what this file takes care of itself. */
export interface ConnectionListener
  extends Pick<ClientSink, 'message' | 'published' | 'subscribed' | 'unsubscribed' | 'operationFailed'> {
  connectPacket(): ConnectPacket;
  /** When it will be, on the engine's clock. */
  reconnectScheduled(at: number): void;
  /** `goesOn`: with the attempt that has ended, whose closed() was not told: the same server, in an older version. */
  reconnectDue(goesOn: boolean): void;
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
  packetReceived(packetType: number, packetIdentifier: number, bytes: number, content?: PublishContent): void;
  packetSent(packetType: number, packetIdentifier: number, bytes: number, content?: PublishContent): void;
}

const NOTHING = new Uint8Array(0);

export class ClientConnection implements ClientSink {
  readonly machine: ClientMachine;
  readonly #journal: SessionJournal | undefined;
  // Only while something can happen: the engine knows this object, and so must not keep an application's client alive
  // that has ended.
  #listener: ConnectionListener | undefined;
  #attempt: Attempt | undefined;
  #isClosing = false;
  #isRestarting = false;
  #isPausing = false;
  #fallsBack = false;
  #isHolding = false;

  /** `store` keeps the session, if it is to outlive this page or process. */
  constructor(engine: Engine, options: ClientMachineOptions, store: SessionStore | undefined) {
    this.#journal = store && new SessionJournal(store, (error) => this.#storeFailed(error));
    this.machine = new ClientMachine(engine, { ...options, hasJournal: store !== undefined }, this);
  }

  /** An attempt is under way, or has become a connection. */
  get isActive(): boolean {
    return this.#attempt !== undefined;
  }

  /** Begins an attempt, unless one is under way. What happens from here on is told to `listener`, until detach(). */
  open(listener: ConnectionListener, dial: Dial): void {
    this.#listener = listener;
    this.#hold(true);
    if (this.#attempt !== undefined) return;
    if (this.machine.engine.hasStopped) return this.closing(moduleStopped);
    this.#isClosing = this.#isRestarting = this.#isPausing = this.#fallsBack = false;
    this.machine.startAttempt();
    this.machine.setWritable(true);
    this.#attempt = new Attempt(this.machine, () => listener.connectPacket(), {
      opened: (maximumFrameSize) => this.#opened(listener, maximumFrameSize),
      received: (bytes) => this.machine.receive(bytes),
      drained: () => this.machine.setWritable(true),
      unsent: (bytes) => this.machine.noteUnsent(bytes),
      arriving: () => this.machine.receive(NOTHING),
      closed: (info) => this.#closed(info),
    });
    // At once, for what is published by a client that ends in the same task.
    const stored = this.#journal?.open(this.machine);
    this.#attempt.begin((attempt) => attempt.after(stored, () => dial(attempt)));
  }

  /** Ends the attempt or connection, in order as far as there is one; reconnectDue() follows closed() at once. */
  restart(): void {
    this.#isRestarting = true;
    this.machine.reconnect();
    if (this.#isClosing) this.#attempt?.leave();
  }

  /** Ends the attempt or connection without another packet; closed() follows. */
  destroy(): void {
    this.#attempt?.destroy();
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
    this.#attempt?.pause();
  }

  resume(): void {
    this.#attempt?.resume();
  }

  #closed(info: CloseInfo): void {
    const { engine } = this.machine;
    this.machine.transportClosed();
    // What the end brings about is told before close is: operations that failed, and when the next attempt is due.
    const tell = (): void => {
      this.#attempt = undefined;
      engine.flush();
      if (!this.#isPausing) this.#hold(false);
      if (!this.#fallsBack) this.#listener?.closed(info);
    };
    if (engine.isAlive) tell();
    else engine.ready.then(tell, tell);
  }

  // What the options say may be nothing that a CONNECT can say.
  #opened(listener: ConnectionListener, maximumFrameSize: number | undefined): void {
    try {
      this.machine.transportOpened(listener.connectPacket(), maximumFrameSize);
    } catch (thrown) {
      const text = messageOf(thrown);
      this.connectFailed({ fault: 'caller-misuse', reasonCode: Reason.ProtocolError, text });
    }
  }

  // --- ClientSink

  output(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#journal === undefined) this.#send(frame);
    else this.#whenStored(() => this.#send(frame));
  }

  #send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#attempt?.send(frame) === false) this.machine.setWritable(false);
  }

  // Nothing leaves before what it relies on is stored; and what waits for that, not after its transport.
  #whenStored(action: () => void): void {
    if (this.#journal === undefined) return action();
    const attempt = this.#attempt;
    this.#journal.whenStored(() => {
      if (this.#attempt === attempt) action();
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
    this.#isClosing = true;
    if (error.reasonCode !== Reason.Success) this.#listener?.failing(error);
    // Without a transport there is nothing else whose end could be told.
    const isOver = this.machine.engine.hasStopped && this.#attempt === undefined;
    if (isOver) queueMicrotask(() => this.#listener?.closed({ reason: error.text, wasClean: false }));
  }

  closeTransport(atOnce: boolean): void {
    if (atOnce) return this.destroy();
    this.#whenStored(() => {
      // The peer may take its time to agree to a close.
      if (this.#isRestarting) this.#attempt?.leave();
      else this.#attempt?.close();
    });
  }

  connectFailed(error: EngineError): void {
    this.machine.stopReconnecting();
    this.#listener?.failing(error);
    this.destroy();
  }

  reconnectScheduled(pause: number, fallsBack: boolean): void {
    this.#isPausing = true;
    this.#fallsBack = fallsBack;
    if (!fallsBack) this.#listener?.reconnectScheduled(this.machine.engine.now() + pause);
  }

  // Behind the close that is being told, if the pause is none.
  reconnectDue(): void {
    queueMicrotask(() => this.#listener?.reconnectDue(this.#fallsBack));
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

  packetReceived(packetType: number, packetIdentifier: number, bytes: number, content?: PublishContent): void {
    this.#listener?.packetReceived(packetType, packetIdentifier, bytes, content);
  }

  packetSent(packetType: number, packetIdentifier: number, bytes: number, content?: PublishContent): void {
    this.#listener?.packetSent(packetType, packetIdentifier, bytes, content);
  }
}
