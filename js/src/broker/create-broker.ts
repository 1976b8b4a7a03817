// A whole MQTT broker in a page, a worker or Node, and the ways to reach it.
import { readMessage, readPublishFlags, readTopic } from '../api/arguments.ts';
import type { BrokerEvents, BrokerOptions, BrokerPublishOptions } from '../api/broker-types.ts';
import type { Message } from '../api/client-types.ts';
import { badCall, engineFailure, errorOf, MqttError } from '../api/errors.ts';
import type { StreamLike } from '../api/transport.ts';
import { TypedEmitter } from '../api/typed-emitter.ts';
import { type ClientOptions, MqttClient } from '../client/client.ts';
import { connected } from '../client/connect.ts';
import { publishPacketOf } from '../client/packet-shapes.ts';
import { BrokerMachine } from '../engine/broker-machine.ts';
import { Engine } from '../engine/engine.ts';
import type { BrokerSink, BrokerStatistics, ConnectionSink, EngineError } from '../engine/types.ts';
import { openLink } from '../transport/link.ts';
import { StreamTransport } from '../transport/stream.ts';
import { BrokerAuthority } from './broker-authority.ts';
import { BrokerConnections } from './broker-connections.ts';
import { brokerModule } from './broker-module.ts';
import { checkBrokerOptions } from './broker-options.ts';
import { type InTabWebSocketClass, makeWebSocketClass } from './in-tab-web-socket.ts';

export type {
  Admission,
  ApplicantClient,
  BrokerClient,
  BrokerEvents,
  BrokerOptions,
  BrokerPublishOptions,
  Challenge,
  ClientGone,
  Decision,
  TopicPermission,
} from '../api/broker-types.ts';
export type { StreamLike } from '../api/transport.ts';
export type { BrokerStatistics } from '../engine/types.ts';
export type { InTabWebSocket, InTabWebSocketClass } from './in-tab-web-socket.ts';

/**
 * A broker that can be used at once: what is asked of it before its Wasm module has started is done when it has. A
 * process of Node's does not go on for its sake, but for that of its clients, sockets and servers.
 */
export function createBroker(options: BrokerOptions = {}): Broker {
  return new Broker(checkBrokerOptions(options));
}

// Of packets that share an output.
const ONE_PACKET = 0;

// Milliseconds that close() waits for transports to take the broker's goodbye.
const CLOSE_PATIENCE = 1000;

export class Broker extends TypedEmitter<BrokerEvents> {
  /**
   * The browser's WebSocket interface with this broker at the other end: `new broker.WebSocket('ws://in-tab/',
   * 'mqtt')`.
   */
  readonly WebSocket: InTabWebSocketClass;
  /** Rejects when the Wasm module can't be started. */
  readonly ready: Promise<void>;

  readonly #engine = new Engine(brokerModule);
  readonly #machine: BrokerMachine;
  readonly #connections: BrokerConnections;
  readonly #authority: BrokerAuthority | undefined;
  readonly #clients = new Set<MqttClient>();
  // publish() calls under way, by token: told when the core refuses.
  readonly #publishes = new Map<number, (error: EngineError) => void>();
  #lastPublish = 0;
  #closing: Promise<void> | undefined;

  /** Applications call createBroker(). */
  constructor(options: BrokerOptions) {
    super();
    const { authenticate, ...limits } = options;
    const machineOptions = { ...limits, asksHost: authenticate !== undefined };
    this.#machine = new BrokerMachine(this.#engine, machineOptions, this.#makeSink());
    this.#authority =
      authenticate && new BrokerAuthority(this.#machine, authenticate, (error) => this.emit('error', error));
    this.#connections = new BrokerConnections(this.#machine);
    this.ready = this.#engine.ready.catch((cause: unknown) => {
      throw engineFailure(cause);
    });
    this.ready.catch((error: Error) => this.emit('error', error));
    this.WebSocket = makeWebSocketClass({
      open: (sink, gathered) => (this.#closing === undefined ? this.#connections.open(sink, gathered) : undefined),
    });
  }

  /** A client in this very module: its bytes never leave it. Options that say where to connect to are not needed. */
  connect(options: ClientOptions = {}): MqttClient {
    this.#checkOpen();
    const client = new MqttClient(this.#engine, options, (_client, attempt) => {
      this.#checkOpen();
      this.#clients.add(client);
      return openLink(this.#machine, attempt);
    });
    client.on('end', () => this.#clients.delete(client));
    return client;
  }

  /** Resolves when the client is connected. */
  connectAsync(options: ClientOptions = {}): Promise<MqttClient> {
    return connected(() => this.connect(options), true);
  }

  /**
   * Serves the client at the other end of a stream, in Node: `net.createServer((socket) => broker.handle(socket))`.
   * Each packet is a write of its own, unless the stream is a socket of Node's: what createWebSocketStream() of the
   * package ws is given in one write leaves as one frame, and many clients take a frame for a packet.
   */
  handle(stream: StreamLike): void {
    checkStream(stream);
    if (this.#closing !== undefined) {
      stream.destroy();
      return;
    }
    const sink: ConnectionSink = {
      output: (frame) => {
        if (!transport.send(frame)) connection.setWritable(false);
      },
      closeTransport: () => transport.close(),
    };
    const connection = this.#connections.open(sink, isSocket(stream) ? undefined : ONE_PACKET);
    const transport = new StreamTransport(stream, 'connect', {
      opened: () => undefined,
      received: (bytes) => connection.receive(bytes),
      drained: () => connection.setWritable(true),
      closed: () => connection.closed(),
    });
  }

  /** The broker's own message, to whoever is subscribed. Rejects if it is none that MQTT allows. */
  async publish(topic: string, message: Message, options: BrokerPublishOptions = {}): Promise<void> {
    this.#checkOpen();
    readTopic(topic, options);
    const payload = readMessage(message);
    const flags = readPublishFlags(options);
    const token = (this.#lastPublish = (this.#lastPublish + 1) >>> 0 || 1);
    let refusal: EngineError | undefined;
    this.#publishes.set(token, (error) => (refusal = error));
    this.#machine.publish(topic, payload, flags, options.properties, token);
    await this.ready;
    // Only a refusal is told, so the answer is known as soon as what is staged was carried out.
    this.#engine.flush();
    this.#publishes.delete(token);
    if (refusal !== undefined) throw errorOf(refusal);
  }

  /** Running totals, as of the engine's last step. */
  statistics(): BrokerStatistics {
    return this.#machine.statistics();
  }

  /** Ends every connection (wills are published) and gives the memory back. The broker is of no use afterwards. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const isReady = await this.ready.then(
      () => true,
      () => false,
    );
    if (isReady) {
      this.#machine.shutDown();
      this.#engine.flush();
      await this.#connections.whenEmpty(CLOSE_PATIENCE);
    }
    await Promise.all([...this.#clients].map((client) => client.endAsync(true)));
    this.#engine.dispose();
    this.emit('close');
  }

  #checkOpen(): void {
    if (this.#closing !== undefined)
      throw new MqttError('ERR_MQTT_BAD_CALL', 'the broker is closed: make another with createBroker()');
  }

  protected override listenerAdded(event: keyof BrokerEvents): void {
    if (event === 'publish') this.#machine.setReportPublishes(true);
  }

  #makeSink(): BrokerSink {
    return {
      connected: (number, client) => {
        this.#connections.named(number, client.clientId);
        this.emit('clientConnected', client);
      },
      ended: (number, end) => {
        this.#authority?.ended(number);
        this.#connections.ended(number, end);
        const { text, reasonCode } = end.error;
        this.emit('clientDisconnected', { clientId: end.clientId, orderly: end.orderly, reason: text, reasonCode });
      },
      subscribed: (number, topic, qos) => this.emit('subscribe', this.#connections.clientIdOf(number), { topic, qos }),
      unsubscribed: (number, topic) => this.emit('unsubscribe', this.#connections.clientIdOf(number), topic),
      publish: (number, topic, payload, flags, packetIdentifier, properties) => {
        const packet = publishPacketOf(topic, payload, flags, packetIdentifier, properties);
        this.emit('publish', this.#connections.clientIdOf(number), packet);
      },
      publishFailed: (token, error) => this.#publishes.get(token)?.(error),
      connecting: (number, client) => this.#authority?.connecting(number, client),
      authenticating: (number, reasonCode, properties) =>
        this.#authority?.authenticating(number, reasonCode, properties),
    };
  }
}

// A net.Socket or tls.TLSSocket, by what they alone have.
function isSocket(stream: StreamLike & { setNoDelay?: unknown }): boolean {
  return typeof stream.setNoDelay === 'function';
}

function checkStream(stream: Partial<StreamLike> | undefined): void {
  if (typeof stream?.write === 'function' && typeof stream.once === 'function') return;
  const isWebSocket = typeof (stream as { send?: unknown } | undefined)?.send === 'function';
  throw badCall(
    isWebSocket
      ? 'broker.handle() takes no WebSocket: write broker.handle(createWebSocketStream(socket)), with the package ws'
      : 'broker.handle() takes a stream: write net.createServer((socket) => broker.handle(socket))',
  );
}
