// The client that applications hold: MQTT.js's methods, events and properties over a machine that knows the protocol.
import {
  type EndCall,
  readEnd,
  readMessage,
  readPublishFlags,
  readPublishOptions,
  readSubscribe,
  readTopic,
  readUnsubscribe,
} from '../api/arguments.ts';
import type * as options from '../api/client-options.ts';
import type {
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
import { badCall, engineFailure, MqttError, messageOf } from '../api/errors.ts';
import type { AuthPacket, AuthProperties, ConnackProperties, PublishPacket, UnsubackPacket } from '../api/packets.ts';
import { TypedEmitter } from '../api/typed-emitter.ts';
import { version } from '../api/version.ts';
import type { ClientMachine } from '../engine/client-machine.ts';
import type { Engine } from '../engine/engine.ts';
import { type ProtocolVersion, PublishFlags } from '../engine/types.ts';
import { Attempts, type DialClient } from './attempts.ts';
import { Authentication } from './authentication.ts';
import { ClientConnection } from './client-connection.ts';
import { ClientListener, type ListeningParts } from './client-listener.ts';
import { completeOptions, machineOptionsOf, maySpeak5, randomClientId, storeOf } from './complete-options.ts';
import { Ending } from './ending.ts';
import { IncomingMessages } from './incoming-messages.ts';
import { Operations } from './operations.ts';
import { promised } from './promised.ts';
import { Publications } from './publications.ts';
import { refuseUnkeptOptions } from './refused-options.ts';
import { Subscriptions } from './subscriptions.ts';

export type ClientOptions = options.ClientOptions<MqttClient>;
/** Options with every default filled in. */
export type CompleteOptions = options.CompleteOptions<MqttClient>;

// A client that nobody holds any more gives its machine's memory back.
const abandoned = new FinalizationRegistry<ClientMachine>((machine) => machine.destroy());

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

  readonly #connection: ClientConnection;
  readonly #operations: Operations;
  readonly #publications: Publications;
  readonly #subscriptions: Subscriptions;
  readonly #parts: ListeningParts;
  readonly #listener: ClientListener;

  /** Applications call connect(), or broker.connect(). */
  constructor(engine: Engine, options: ClientOptions, dial: DialClient) {
    super();
    if (typeof engine !== 'object') {
      throw badCall('an MqttClient is made by connect(): write connect(url, { createWebsocket }) for another stream');
    }
    this.options = completeOptions(options);
    const connection = new ClientConnection(engine, machineOptionsOf(this.options), storeOf(this.options));
    const operations = new Operations(() => this.#operationSettled());
    const messages = new IncomingMessages(this, connection, MqttClient.prototype);
    this.#connection = connection;
    this.#operations = operations;
    this.#publications = new Publications(connection.machine, operations);
    this.#subscriptions = new Subscriptions(connection.machine, operations, this.options);
    const authentication = new Authentication(this, connection, operations, MqttClient.prototype);
    const attempts = new Attempts(this, connection, dial);
    const ending = new Ending(this, connection, operations);
    this.#parts = { connection, operations, messages, authentication, attempts, ending };
    this.#listener = new ClientListener(this, this.#parts);
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
    return this.#listener.serverProperties;
  }

  /** Seconds, as they hold: the server may have set its own (5.0). */
  get keepalive(): number {
    return this.#listener.serverProperties?.serverKeepAlive ?? this.options.keepalive;
  }

  /**
   * When the next attempt to connect begins, on the clock of performance.now(); undefined while none is waited for.
   * Known to the listeners of `close` and `offline`, and to be shown: "reconnecting in 3 s".
   */
  get nextAttemptAt(): number | undefined {
    return this.#listener.nextAttemptAt;
  }

  /** The version of MQTT that is spoken: with the option protocolVersion 'auto' the one that the server takes, once it is known. */
  get protocolVersion(): ProtocolVersion | 'auto' {
    const { protocolVersion } = this.options;
    return protocolVersion === 'auto' ? (this.#listener.protocolVersion ?? protocolVersion) : protocolVersion;
  }

  /** Only with the option manualConnect, and after end(). */
  connect(): this {
    if (this.#parts.ending.postpones(() => this.connect())) return this;
    this.disconnecting = this.disconnected = false;
    this.#listener.forgetNextAttempt();
    if (!this.#connection.isActive) this.#parts.attempts.begin(this.#listener);
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
    try {
      const read = readPublishOptions(typeof options === 'function' ? undefined : options);
      readTopic(topic, read);
      const payload = readMessage(message);
      const flags = readPublishFlags(read);
      const properties = maySpeak5(this.options) ? read.properties : undefined;
      if (this.#isRefusedWhileEnding(done)) return this;
      this.#publications.publish(topic, payload, flags, properties, done);
      const isKept = (flags & PublishFlags.qosMask) !== 0;
      if (isKept && read.cbStorePut !== undefined) this.#connection.whenStored(read.cbStorePut);
    } catch (error) {
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
    this.#listener.forgetNextAttempt();
    this.#parts.ending.begin(call);
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
    if (this.#parts.ending.postpones(() => this.reconnect())) return this;
    this.emit('reconnect');
    if (this.#parts.ending.isUnderWay || !this.#connection.isActive) return this.connect();
    this.#listener.reconnectTold();
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
    return this.#parts.authentication.begin(properties);
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

  #operationSettled(): void {
    if (this.disconnecting && this.#operations.size === 0) this.emit('outgoingEmpty');
  }

  #engineFailed(cause: unknown): void {
    this.emit('error', engineFailure(cause));
    this.end(true);
  }
}
