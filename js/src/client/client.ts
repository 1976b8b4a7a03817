// The client that applications hold: MQTT.js's methods, events and properties over a machine that knows the protocol.
import {
  readEnd,
  readMessage,
  readPublishFlags,
  readPublishOptions,
  readSubscribe,
  readTopic,
  readUnsubscribe,
  type EndCall,
} from '../api/arguments.ts';
import type { Awaitable } from '../api/awaitable.ts';
import type * as options from '../api/client-options.ts';
import type { ServerAddress } from '../api/client-options.ts';
import type { Attempt } from '../transport/attempt.ts';
import { ClientConnection, type ConnectionListener } from './client-connection.ts';
import type {
  AckHandler,
  DisconnectOptions,
  DoneCallback,
  Message,
  MqttClientEvents,
  PublishCallback,
  PublishOptions,
  PublishResult,
  SubscribeCallback,
  SubscribeOptions,
  SubscriptionGrant,
  SubscriptionMap,
  UnsubscribeCallback,
  UnsubscribeOptions,
} from '../api/client-types.ts';
import type { ClientMachine, Engine } from '../engine/engine.ts';
import { ownPayload } from '../engine/payload.ts';
import { PublishFlags } from '../engine/types.ts';
import type { ConnackPacket as EngineConnack, EngineError, OperationToken, ProtocolVersion } from '../engine/types.ts';
import { badCall, engineFailure, errorOf, ErrorWithReasonCode, messageOf, MqttError } from '../api/errors.ts';
import { MessageHandover } from './message-handover.ts';
import { Operations, type Answer } from './operations.ts';
import { completeOptions, maySpeak5, machineOptionsOf, randomClientId, storeOf } from './complete-options.ts';
import {
  connackPacketOf,
  connectPacketOf,
  publishPacketOf,
  refusalOf,
  tracedPacketOf,
} from './packet-shapes.ts';
import type { AuthPacket, AuthProperties, ConnackProperties, PublishPacket, UnsubackPacket } from '../api/packets.ts';
import { Reauthentication } from './reauthentication.ts';
import { isFailure, ReasonCodes, returnCodeOf } from '../api/reason-codes.ts';
import { refuseUnkeptOptions } from './refused-options.ts';
import { readServerReference } from './server-reference.ts';
import { Subscriptions } from './subscriptions.ts';
import type { CloseInfo, Transport } from '../api/transport.ts';
import { TypedEmitter } from '../api/typed-emitter.ts';
import { version } from '../api/version.ts';

export type ClientOptions = options.ClientOptions<MqttClient>;
/** Options with every default filled in. */
export type CompleteOptions = options.CompleteOptions<MqttClient>;

/**
 * Opens a transport to `server`, or to the one that the client's options name by themselves; an exception, or a
 * rejection, ends the attempt.
 */
export type DialClient = (
  client: MqttClient,
  attempt: Attempt,
  server: ServerAddress | undefined,
) => Awaitable<Transport>;

const USE_ANOTHER_SERVER = 0x9c;
const SERVER_MOVED = 0x9d;
const UNSUPPORTED_PROTOCOL_VERSION = 0x84;
const NO_VERSION_5 = ": the server does not speak MQTT 5.0; write protocolVersion: 4 (3.1.1), or 'auto' to try both";

// A client that nobody holds any more gives its machine's memory back.
const abandoned = new FinalizationRegistry<ClientMachine>((machine) => machine.destroy());

const connectionClosed: EngineError = { fault: 'limit-reached', reasonCode: 0x80, text: 'Connection closed' };

export class MqttClient extends TypedEmitter<MqttClientEvents> {
  static override readonly name = 'MqttClient';
  static readonly VERSION = version;

  /** As they hold: what an application changes here is used by the next attempt. */
  readonly options: CompleteOptions;
  /** Between a CONNACK that accepts and the end of its connection. */
  connected = false;
  /** Between the loss of a connection and the next that is accepted. */
  reconnecting = false;
  /** end() was called. */
  disconnecting = false;
  /** What end() asked for is done. */
  disconnected = false;

  readonly #dial: DialClient;
  readonly #connection: ClientConnection;
  readonly #operations = new Operations();
  readonly #subscriptions: Subscriptions;
  readonly #listener: ConnectionListener;
  #serverProperties: ConnackProperties | undefined;
  #protocolVersion: ProtocolVersion | undefined;
  #nextAttemptAt: number | undefined;
  #attempts = 0;
  #server: ServerAddress | undefined;
  // Where a server sent this client for a time: each address for one attempt.
  #elsewhere: ServerAddress[] = [];
  // The reason for the connection's end was told already, by an event of its own.
  #isExplained = false;
  #ending: EndCall | undefined;
  // What was asked for meanwhile.
  #afterEnd: (() => void) | undefined;
  // By reconnect(), before the attempt or connection that is in its way has ended.
  #isReconnectTold = false;
  // Messages go by it once the application has a say in what becomes of them.
  #handover: MessageHandover | undefined;
  readonly #reauthentication: Reauthentication;
  // Counts connections: what the application answers to one that is gone, changes nothing for the next.
  #connections = 0;

  /** Applications call connect(), or broker.connect(). */
  constructor(engine: Engine, options: ClientOptions, dial: DialClient) {
    super();
    if (typeof engine !== 'object') {
      throw badCall('an MqttClient is made by connect(): write connect(url, { createWebsocket }) for another stream');
    }
    this.options = completeOptions(options);
    this.#dial = dial;
    this.#connection = new ClientConnection(engine, machineOptionsOf(this.options), storeOf(this.options));
    this.#subscriptions = new Subscriptions(this.#machine, this.#operations, this.options);
    this.#reauthentication = new Reauthentication(this.#machine, this.#operations);
    this.#listener = this.#makeListener();
    abandoned.register(this, this.#machine);
    const weakly = new WeakRef(this);
    engine.ready.catch((cause: unknown) => {
      const client = weakly.deref();
      if (client !== undefined) client.#engineFailed(cause);
    });
    if (!this.options.manualConnect) this.connect();
  }

  static defaultId(): string {
    return randomClientId();
  }

  /** What the server said in its CONNACK (5.0), while connected. */
  get serverProperties(): ConnackProperties | undefined {
    return this.#serverProperties;
  }

  /** Seconds, as they hold: the server may have set its own (5.0). */
  get keepalive(): number {
    return this.#serverProperties?.serverKeepAlive ?? this.options.keepalive;
  }

  /**
   * When the next attempt to connect begins, on the clock of performance.now(); undefined while none is waited for.
   * Known to the listeners of `close` and `offline`, and to be shown: "reconnecting in 3 s".
   */
  get nextAttemptAt(): number | undefined {
    return this.#nextAttemptAt;
  }

  /** The version of MQTT that is spoken: with the option protocolVersion 'auto' the one that the server takes, once it is known. */
  get protocolVersion(): ProtocolVersion | 'auto' {
    const { protocolVersion } = this.options;
    return protocolVersion === 'auto' ? (this.#protocolVersion ?? protocolVersion) : protocolVersion;
  }

  /** Only with the option manualConnect, and after end(). */
  connect(): this {
    if (this.#ending !== undefined) {
      this.#afterEnd = () => this.connect();
      return this;
    }
    this.disconnecting = this.disconnected = this.#isReconnectTold = false;
    this.#nextAttemptAt = undefined;
    if (this.#connection.isActive) return this;
    this.#server = this.#nextServer();
    this.#open();
    return this;
  }

  /** QoS 0: `callback` is called when the message is on its way. QoS 1 and 2: when the server has it. */
  publish(topic: string, message: Message, callback?: PublishCallback): this;
  publish(topic: string, message: Message, options?: PublishOptions | null, callback?: PublishCallback): this;
  publish(
    topic: string,
    message: Message,
    options?: PublishOptions | PublishCallback | null,
    callback?: PublishCallback,
  ): this {
    const done = typeof options === 'function' ? options : callback;
    let token = 0;
    try {
      const read = readPublishOptions(typeof options === 'function' ? undefined : options);
      readTopic(topic, read);
      const payload = readMessage(message);
      const flags = readPublishFlags(read);
      const properties = maySpeak5(this.options) ? read.properties : undefined;
      if (this.#isRefusedWhileEnding(done)) return this;
      token = this.#publishOperation(topic, payload, flags, done);
      this.#machine.publish(topic, payload, flags, properties, token);
      const isKept = (flags & PublishFlags.qosMask) !== 0;
      if (isKept && read.cbStorePut !== undefined) this.#connection.whenStored(read.cbStorePut);
    } catch (error) {
      this.#operations.forget(token);
      return this.#refuse(error, done);
    }
    return this;
  }

  publishAsync(topic: string, message: Message, options?: PublishOptions): Promise<PublishResult> {
    return promised((callback) => this.publish(topic, message, options, callback));
  }

  subscribe(topics: string | string[] | SubscriptionMap, callback?: SubscribeCallback): this;
  subscribe(
    topics: string | string[] | SubscriptionMap,
    options?: SubscribeOptions | null,
    callback?: SubscribeCallback,
  ): this;
  subscribe(
    topics: string | string[] | SubscriptionMap,
    options?: SubscribeOptions | SubscribeCallback | null,
    callback?: SubscribeCallback,
  ): this {
    const done = typeof options === 'function' ? options : callback;
    return this.#unlessWrong(done, () => {
      const call = readSubscribe(topics, options);
      if (!this.#isRefusedWhileEnding(done)) this.#subscriptions.subscribe(call, done);
    });
  }

  subscribeAsync(
    topics: string | string[] | SubscriptionMap,
    options?: SubscribeOptions,
  ): Promise<SubscriptionGrant[]> {
    return promised((callback) => this.subscribe(topics, options, (error, granted = []) => callback(error, granted)));
  }

  unsubscribe(topics: string | string[], callback?: UnsubscribeCallback): this;
  unsubscribe(topics: string | string[], options?: UnsubscribeOptions | null, callback?: UnsubscribeCallback): this;
  unsubscribe(
    topics: string | string[],
    options?: UnsubscribeOptions | UnsubscribeCallback | null,
    callback?: UnsubscribeCallback,
  ): this {
    const done = typeof options === 'function' ? options : callback;
    return this.#unlessWrong(done, () => {
      const filters = readUnsubscribe(topics);
      const properties = typeof options === 'object' ? options?.properties : undefined;
      if (!this.#isRefusedWhileEnding(done)) this.#subscriptions.unsubscribe(filters, properties, done);
    });
  }

  unsubscribeAsync(topics: string | string[], options?: UnsubscribeOptions): Promise<UnsubackPacket | undefined> {
    return promised((callback) => this.unsubscribe(topics, options, callback));
  }

  /**
   * Disconnects for good: after the operations under way have their answers, or at once and without a DISCONNECT if
   * `force` is true (so that the server publishes the will). What has no answer then, fails.
   */
  end(callback?: DoneCallback): this;
  end(force?: boolean, callback?: DoneCallback): this;
  end(options?: DisconnectOptions, callback?: DoneCallback): this;
  end(force?: boolean, options?: DisconnectOptions | null, callback?: DoneCallback): this;
  end(...given: unknown[]): this {
    let call: EndCall;
    try {
      call = readEnd(given);
    } catch (error) {
      return this.#refuse(error, given.find((argument) => typeof argument === 'function') as DoneCallback | undefined);
    }
    this.#afterEnd = undefined;
    this.#isReconnectTold = false;
    if (this.disconnecting) {
      if (this.#ending === undefined) call.callback?.();
      else if (call.callback !== undefined) this.once('end', call.callback);
      if (call.force) this.#connection.destroy();
      return this;
    }
    this.disconnecting = true;
    this.#ending = call;
    this.#nextAttemptAt = undefined;
    this.#machine.stopReconnecting();
    if (!call.force && this.connected && this.#operations.size > 0)
      this.once('outgoingEmpty', () => this.#finish(call));
    else this.#finish(call);
    return this;
  }

  endAsync(force?: boolean | DisconnectOptions, options?: DisconnectOptions): Promise<void> {
    return promised((callback) => this.end(force as boolean, options, callback));
  }

  /**
   * Connects again now, whatever the client is about: instead of waiting for the pause to end, after end(), or anew, when
   * an attempt that hangs or a connection ends for it. Operations that have no answer yet go on.
   */
  reconnect(options: object = {}): this {
    refuseUnkeptOptions(options);
    if (this.#ending !== undefined) {
      this.#afterEnd = () => this.reconnect();
      return this;
    }
    this.emit('reconnect');
    if (this.#ending !== undefined || !this.#connection.isActive) return this.connect();
    this.#isReconnectTold = true;
    this.#connection.restart();
    return this;
  }

  /**
   * Takes back the message that getLastMessageId() named when it was published: its callback gets an error, and it is
   * not sent again, in a resumed session either. What was sent before may have reached the server.
   */
  removeOutgoingMessage(messageId: number): this {
    this.#machine.discard(messageId);
    return this;
  }

  /** The number by which removeOutgoingMessage() knows the last operation. */
  getLastMessageId(): number {
    return this.#operations.last;
  }

  /**
   * To be overridden, for back-pressure: the callback acknowledges the message (QoS 1 and 2), and the next one comes. If
   * it is given an error the message is not acknowledged, and comes again on the next connection.
   */
  handleMessage(_packet: PublishPacket, callback: DoneCallback): void {
    callback();
  }

  /**
   * To be overridden, for enhanced authentication (5.0): the callback takes the AUTH packet that answers the
   * server's.
   */
  handleAuth(_packet: AuthPacket, callback: (error?: Error | null, answer?: AuthPacket) => void): void {
    callback(
      new MqttError('ERR_MQTT_PROTOCOL', 'the server asks for enhanced authentication: override client.handleAuth'),
    );
  }

  /**
   * Authenticates again, on the connection as it is: for a 5.0 client with an authenticationMethod in its properties.
   * The server's questions come to handleAuth(). Resolves with the server's last word, and rejects when the server
   * refuses, which ends the connection, or the connection is lost.
   */
  async reauthenticate(properties: AuthProperties = {}): Promise<AuthPacket> {
    if (this.disconnecting) throw new MqttError('ERR_MQTT_DISCONNECTING', 'client disconnecting');
    if (!this.connected) throw new MqttError('ERR_MQTT_NOT_CONNECTED', 'No connection to broker');
    return this.#reauthentication.begin(properties);
  }

  /** Asks the server for a sign of life now. */
  sendPing(): void {
    this.#machine.probe();
  }

  /** Kept for code that calls it: the machine knows when the next ping is due. */
  reschedulePing(): void {}

  protected override listenerAdded(event: keyof MqttClientEvents): void {
    if (event === 'packetsend' || event === 'packetreceive') this.#machine.setTrace(true);
  }

  get #machine(): ClientMachine {
    return this.#connection.machine;
  }

  #unlessWrong(callback: ((error: MqttError) => void) | undefined, act: () => void): this {
    try {
      act();
    } catch (error) {
      return this.#refuse(error, callback);
    }
    return this;
  }

  // A wrong call: the callback hears of it, or the caller gets it thrown.
  #refuse(error: unknown, callback: ((error: MqttError) => void) | undefined): this {
    const wrong = error instanceof MqttError ? error : badCall(messageOf(error), error);
    if (callback === undefined) throw wrong;
    queueMicrotask(() => callback(wrong));
    return this;
  }

  #isRefusedWhileEnding(callback: ((error: MqttError) => void) | undefined): boolean {
    if (!this.disconnecting) return false;
    const error = new MqttError('ERR_MQTT_DISCONNECTING', 'client disconnecting');
    if (callback === undefined) this.emit('error', error);
    else callback(error);
    return true;
  }

  // QoS 0 without a callback needs no answer.
  #publishOperation(
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
      else callback?.(...publishResult(topic, payload, flags, answer));
    });
  }

  // Each attempt goes where the server sent the client, or to the next of the servers, if there are several.
  #nextServer(): ServerAddress | undefined {
    const servers = this.options.servers ?? [];
    return this.#elsewhere.shift() ?? servers[this.#attempts++ % Math.max(servers.length, 1)];
  }

  #open(): void {
    this.#connection.open(this.#listener, (attempt) => this.#begin(attempt));
  }

  #begin(attempt: Attempt): Awaitable<Transport> {
    const { credentials } = this.options;
    if (credentials === undefined) return this.#dial(this, attempt, this.#server);
    return attempt.after(credentials(this), (answer) => {
      if (typeof answer !== 'object' || answer === null) {
        throw badCall('credentials answered none: write credentials: () => ({ username: "...", password: "..." })');
      }
      this.options.username = answer.username;
      this.options.password = answer.password;
      return this.#dial(this, attempt, this.#server);
    });
  }

  // --- the end

  #finish(call: EndCall): void {
    if (this.#ending !== call) return;
    if (!this.#connection.isActive) queueMicrotask(() => this.#ended());
    else if (this.connected && !call.force)
      this.#machine.disconnect(call.options.reasonCode ?? 0, call.options.properties);
    else this.#connection.destroy();
  }

  #ended(): void {
    const ending = this.#ending;
    if (ending === undefined) return;
    const stored = this.#connection.closeStore();
    if (stored === undefined) return this.#endedForGood(ending);
    const end = (): void => this.#endedForGood(ending);
    stored.catch((error: Error) => this.emit('error', error)).then(end, end);
  }

  #endedForGood(ending: EndCall): void {
    this.#ending = undefined;
    this.disconnected = true;
    this.reconnecting = false;
    this.#connection.detach();
    this.#operations.failAll(connectionClosed);
    if (this.options.reconnectPeriod === 0 || this.options.manualConnect) this.disconnecting = false;
    this.emit('end');
    ending.callback?.();
    const next = this.#afterEnd;
    this.#afterEnd = undefined;
    next?.();
  }

  #engineFailed(cause: unknown): void {
    this.emit('error', engineFailure(cause));
    this.end(true);
  }

  // --- what happens

  #makeListener(): ConnectionListener {
    return {
      connectPacket: () => {
        if (this.#hasSay) this.#needHandover();
        return connectPacketOf(this.options);
      },
      connack: (connack) => this.#connack(connack),
      message: (topic, received, flags, messageId, properties) => {
        const payload = this.options.copyPayloads ? ownPayload(received) : received;
        const packet = publishPacketOf(topic, payload, flags, messageId, properties);
        if (this.#handover === undefined && this.handleMessage === MqttClient.prototype.handleMessage) {
          this.emit('message', topic, payload, packet);
        } else {
          this.#needHandover().take(packet);
        }
      },
      published: (token, packetIdentifier, reasonCode, properties) => {
        this.#answer(token, { packetIdentifier, reasonCodes: [reasonCode], properties });
      },
      subscribed: (token, packetIdentifier, reasonCodes, properties) => {
        this.#answer(token, { packetIdentifier, reasonCodes, properties });
      },
      unsubscribed: (token, packetIdentifier, reasonCodes, properties) => {
        this.#answer(token, { packetIdentifier, reasonCodes, properties });
      },
      operationFailed: (token, error) => this.#operationFailed(token, error),
      disconnect: (reasonCode, properties) => {
        this.#isExplained = true;
        this.#reauthentication.refused(reasonCode);
        this.#follow(reasonCode, properties?.serverReference);
        this.emit('disconnect', { cmd: 'disconnect', reasonCode, ...(properties && { properties }) });
      },
      auth: (reasonCode, properties) => this.#auth({ cmd: 'auth', reasonCode, ...(properties && { properties }) }),
      warning: (error) => this.emit('warning', errorOf(error)),
      failing: (error) => {
        if (!this.#isExplained) this.emit('error', errorOf(error));
        this.#isExplained = true;
      },
      storeFailed: (error) => this.emit('error', error),
      closed: (info) => this.#closed(info),
      reconnectScheduled: (at) => {
        if (!this.disconnecting) this.#nextAttemptAt = at;
      },
      reconnectDue: (goesOn) => {
        if (this.disconnecting) return;
        if (goesOn) return this.#open();
        this.#nextAttemptAt = undefined;
        if (!this.#isReconnectTold) this.emit('reconnect');
        this.#isReconnectTold = false;
        if (!this.disconnecting) this.connect();
      },
      packetReceived: (...packet) => this.emit('packetreceive', tracedPacketOf(...packet)),
      packetSent: (...packet) => this.emit('packetsend', tracedPacketOf(...packet)),
    };
  }

  #connack(connack: EngineConnack): void {
    const packet = connackPacketOf(connack);
    this.#protocolVersion = connack.protocolVersion;
    if (isFailure(connack.reasonCode)) {
      const code = packet.reasonCode ?? returnCodeOf(connack.reasonCode);
      this.#isExplained = true;
      const serverReference = connack.properties?.serverReference;
      if (this.#follow(connack.reasonCode, serverReference)) return;
      if (!this.options.reconnectOnConnackError) this.#machine.stopReconnecting();
      const reason = ReasonCodes[code] ?? String(code);
      const message = `Connection refused: ${reason}${this.#refusesVersion5(connack) ? NO_VERSION_5 : ''}`;
      this.emit('error', new ErrorWithReasonCode(message, code, serverReference));
      return;
    }
    this.#elsewhere = [];
    this.connected = true;
    this.reconnecting = false;
    this.#serverProperties = packet.properties;
    // The session that a next attempt resumes is under this name. [MQTT-3.2.2-16]
    const assigned = packet.properties?.assignedClientIdentifier;
    if (assigned !== undefined) this.options.clientId = assigned;
    this.emit('connect', packet);
  }

  // In the form of 3.1.1, or by the reason code of its own.
  #refusesVersion5({ protocolVersion, reasonCode }: EngineConnack): boolean {
    return maySpeak5(this.options) && (protocolVersion !== 5 || reasonCode === UNSUPPORTED_PROTOCOL_VERSION);
  }

  /** Whether the next attempt goes where the server says. */
  #follow(reasonCode: number, reference: string | undefined): boolean {
    const isSent = reasonCode === USE_ANOTHER_SERVER || reasonCode === SERVER_MOVED;
    if (!isSent || reference === undefined || !this.options.followServerReference) return false;
    const addresses = readServerReference(reference);
    if (addresses.length === 0 || this.options.reconnectPeriod === 0) return false;
    if (reasonCode === SERVER_MOVED) this.options.servers = addresses;
    this.#elsewhere = [...addresses];
    return true;
  }

  // The application has a say in what becomes of messages.
  get #hasSay(): boolean {
    return this.#customHandleAcks !== undefined || this.handleMessage !== MqttClient.prototype.handleMessage;
  }

  get #customHandleAcks(): AckHandler | undefined {
    const { protocolVersion } = this;
    return protocolVersion === 5 || protocolVersion === 'auto' ? this.options.customHandleAcks : undefined;
  }

  #needHandover(): MessageHandover {
    if (this.#handover !== undefined) return this.#handover;
    this.#machine.letHostAcknowledge();
    this.#handover = new MessageHandover({
      customHandleAcks: () => this.#customHandleAcks,
      emitMessage: (packet) => this.emit('message', packet.topic, packet.payload, packet),
      emitError: (error) => this.emit('error', error),
      handleMessage: (packet, callback) => this.handleMessage(packet, callback),
      acknowledge: (messageId, code, properties) => this.#machine.acknowledge(messageId, code, properties),
      leaveUnacknowledged: (messageId) => this.#machine.leaveUnacknowledged(messageId),
      pause: () => this.#connection.pause(),
      resume: () => this.#connection.resume(),
    });
    return this.#handover;
  }

  #answer(token: OperationToken, answer: Answer): void {
    this.#operations.answer(token, answer);
    this.#operationEnded();
  }

  #operationFailed(token: OperationToken, error: EngineError): void {
    if (!this.#operations.fail(token, error)) this.emit('error', errorOf(error));
    this.#operationEnded();
  }

  #operationEnded(): void {
    if (this.disconnecting && this.#operations.size === 0) this.emit('outgoingEmpty');
  }

  #auth(packet: AuthPacket): void {
    const connection = this.#connections;
    const isDone = packet.reasonCode === 0;
    if (isDone) {
      this.#reauthentication.succeeded(packet);
      this.#operationEnded();
      if (this.handleAuth === MqttClient.prototype.handleAuth) return;
    }
    this.handleAuth(packet, (error, answer) => {
      if (connection !== this.#connections) return;
      try {
        if (error) throw error;
        if (isDone) return;
        if (!answer) throw new MqttError('ERR_MQTT_BAD_CALL', 'handleAuth() answered nothing: callback(null, { ... })');
        this.#machine.authenticate(answer.reasonCode, answer.properties);
      } catch (thrown) {
        this.emit('error', thrown as Error);
        this.#connection.destroy();
      }
    });
  }

  #closed(info: CloseInfo): void {
    const isExplained = this.#isExplained;
    this.connected = false;
    this.#serverProperties = undefined;
    this.#isExplained = false;
    this.#handover?.connectionClosed();
    this.#reauthentication.connectionClosed();
    ++this.#connections;
    const isNews = this.#nextAttemptAt !== undefined && !this.reconnecting;
    this.reconnecting = this.#nextAttemptAt !== undefined;
    if (info.error !== undefined && !isExplained) this.emit('error', info.error);
    this.emit('close', info);
    if (this.disconnecting) queueMicrotask(() => this.#ended());
    else if (isNews) this.emit('offline');
  }
}

function publishResult(
  topic: string,
  payload: string | Uint8Array,
  flags: number,
  answer: Answer,
): Parameters<PublishCallback> {
  const reasonCode = answer.reasonCodes[0] ?? 0;
  const qos = flags & PublishFlags.qosMask;
  if (isFailure(reasonCode)) {
    return [
      new ErrorWithReasonCode(`Publish error: ${ReasonCodes[reasonCode] ?? reasonCode}`, reasonCode),
      refusalOf(qos, answer),
    ];
  }
  return [null, publishPacketOf(topic, payload, flags, answer.packetIdentifier, undefined)];
}

function promised<Result>(start: (callback: (error?: Error | null, result?: Result) => void) => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result as Result)));
  });
}
