// The broker inside the Wasm module: connections from transports, links to clients of the same module, and what the host says itself.
import {
  CommandKind,
  ConnectedEventField,
  ConnectedFlags,
  ConnectingEventField,
  EndedEventField,
  EndFlags,
  ErrorEventField,
  EventKind,
  FilterEventField,
  MessageEventField,
  ReasonEventField,
} from '../generated/records.ts';
import { type ClientMachine, defined, randomSeed, rawConnect } from './client-machine.ts';
import { utf8Of } from './commands.ts';
import { type Engine, NumberPool } from './engine.ts';
import type { BrokerEvents, EventReader } from './events.ts';
import type { RawBrokerModule } from './module.ts';
import { padded, type PacketProperties } from './properties.ts';
import type {
  BrokerMachineOptions,
  BrokerSink,
  BrokerStatistics,
  ConnectionSink,
  ConnectPacket,
  OperationToken,
  ProtocolVersion,
  ReasonCode,
  Verdict,
} from './types.ts';

/** What stands below a connection: a transport of the host's, or a link. */
interface Lower {
  output(frame: Uint8Array<ArrayBuffer>): void;
  closeTransport(): void;
  linkClosed(): void;
}

const noStatistics: BrokerStatistics = {
  publishesReceived: 0,
  publishesSent: 0,
  publishesDropped: 0,
  bytesReceived: 0,
  bytesSent: 0,
  connectionsAccepted: 0,
  connections: 0,
  sessions: 0,
  subscriptions: 0,
  retainedMessages: 0,
};

/** The one broker of an engine whose source is the broker module. */
export class BrokerMachine {
  readonly engine: Engine;
  readonly #numbers = new NumberPool();
  readonly #events: Events;

  constructor(engine: Engine, options: BrokerMachineOptions, sink: BrokerSink) {
    this.engine = engine;
    this.#events = new Events(sink);
    engine.broker = this.#events;
    const { asksHost = false, reportPublishes = false, ...given } = options;
    const own = { ...defined(given), randomSeed: randomSeed() };
    this.#call((module) => {
      module.bindBroker();
      module.createBroker({ ...module.defaultBrokerOptions(), ...own }, asksHost, reportPublishes);
    });
  }

  /**
   * A transport was accepted. It has connectTimeout for its CONNECT. `gathered` is the number of bytes up to which packets share an output(): 0 gives each
   * packet one of its own, undefined brings all at once.
   */
  open(sink: ConnectionSink, gathered = Infinity): BrokerConnection {
    const number = this.#numbers.take();
    this.#events.lowers[number] = {
      output: (frame) => sink.output(frame),
      closeTransport: () => sink.closeTransport(),
      linkClosed: () => {},
    };
    this.#call((module) => module.openConnection(number, gathered));
    const close = (): void => {
      this.#call((module) => module.closeConnection(number));
      this.#forget(number);
    };
    return new BrokerConnection(this.engine, number, close);
  }

  /**
   * Connects a client of the same engine: instead of transportOpened(). Its bytes never leave Wasm. The client's sink sees what it would see over a transport:
   * closeTransport() asks for link.close() and client.transportClosed(). `closed` is called when the broker closed the link: then call
   * client.transportClosed(). Precondition: client.startAttempt() was called.
   */
  link(client: ClientMachine, connect: ConnectPacket, closed: () => void): BrokerLink {
    if (client.engine !== this.engine) throw new Error('a link joins a broker and a client of the same Engine');
    const raw = rawConnect(this.engine, connect);
    const number = this.#numbers.take();
    this.#call((module) => module.link(client.number, number, raw));
    const link = new BrokerLink(this.engine, number, () => {
      this.#call((module) => module.unlink(number));
      this.#forget(number);
    });
    this.#events.lowers[number] = {
      output: () => {},
      closeTransport: () => {},
      linkClosed: () => {
        link.close();
        closed();
      },
    };
    return link;
  }

  /** The host's own PUBLISH, as if a client had sent it; a refusal comes to publishFailed() with the token. */
  publish(
    topic: string,
    payload: Uint8Array | string,
    flags: number,
    properties: PacketProperties | undefined,
    token: OperationToken,
  ): void {
    this.engine.stage().publish(CommandKind.BrokerPublish, 0, topic, payload, flags, properties, token);
  }

  /** What connecting() or authenticating() asked; ignored when nothing is awaited (any more). */
  decide(connection: number, verdict: Verdict): void {
    const { reasonCode, properties, publish, subscribe, publishRefusal, subscribeRefusal } = verdict;
    const block = this.engine.stage();
    const raw = {
      reasonCode,
      properties: block.runOf(properties),
      limitsPublishes: publish !== undefined,
      limitsSubscriptions: subscribe !== undefined,
      publishRefusal: block.runOf(publishRefusal),
      subscribeRefusal: block.runOf(subscribeRefusal),
    };
    const publishes = publish?.map(utf8Of) ?? [];
    const subscriptions = subscribe?.map(utf8Of) ?? [];
    this.#call((module) => {
      for (const topicFilter of publishes) module.permitPublish(topicFilter);
      for (const topicFilter of subscriptions) module.permitSubscribe(topicFilter);
      module.decide(connection, raw);
    });
  }

  /** The host closes a connection or link: DISCONNECT with the reason to a 5.0 client, and Reason String, User Properties and Server Reference. */
  disconnect(connection: number, reasonCode: ReasonCode, properties?: PacketProperties): void {
    const run = this.engine.stage().runOf(properties);
    this.#call((module) => module.disconnectConnection(connection, reasonCode, run));
  }

  /** Whether publish() of the sink comes for every PUBLISH from now on. */
  setReportPublishes(wanted: boolean): void {
    this.#call((module) => module.reportPublishes(wanted));
  }

  /** Ends every connection with Server shutting down; wills are published. */
  shutDown(): void {
    this.#call((module) => module.shutDown());
  }

  /** As of the last step. All zero before the module has started. */
  statistics(): BrokerStatistics {
    return (this.engine.module as Partial<RawBrokerModule> | undefined)?.statistics?.() ?? noStatistics;
  }

  #call(call: (module: RawBrokerModule) => void): void {
    this.engine.call((module) => call(module as RawBrokerModule));
  }

  // Its last events (ended) still come; the number is used again once the broker has let go of it.
  #forget(number: number): void {
    this.#events.lowers[number] = undefined;
    this.engine.stage().afterwards.push(() => this.#numbers.give(number));
  }
}

/** A transport's connection, as the broker knows it. */
export class BrokerConnection {
  readonly number: number;
  readonly #engine: Engine;
  readonly #close: () => void;
  #isOpen = true;

  /** Made by BrokerMachine.open(). */
  constructor(engine: Engine, number: number, close: () => void) {
    this.#engine = engine;
    this.number = number;
    this.#close = close;
  }

  /** Bytes arrived; the content of `frame` must not change any more. */
  receive(frame: Uint8Array<ArrayBuffer>): void {
    if (this.#isOpen) this.#engine.receive(CommandKind.ConnectionReceive, this.number, frame);
  }

  /** The transport is gone; the connection's number is used again. A second call does nothing. */
  closed(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#close();
  }

  /** Whether the transport takes bytes; while it doesn't, output() is not called and maximumOutputBytes counts what waits. */
  setWritable(writable: boolean): void {
    if (this.#isOpen) this.#engine.stage().value(CommandKind.ConnectionSetWritable, this.number, writable ? 1 : 0);
  }
}

/** A client's link, from its end. */
export class BrokerLink {
  readonly number: number;
  readonly #engine: Engine;
  readonly #close: () => void;
  #isOpen = true;

  /** Made by BrokerMachine.link(). */
  constructor(engine: Engine, number: number, close: () => void) {
    this.#engine = engine;
    this.number = number;
    this.#close = close;
  }

  /** Whether the client takes what the broker says; while it doesn't, the broker's limits count what waits. */
  setWritable(writable: boolean): void {
    if (this.#isOpen) this.#engine.stage().value(CommandKind.ConnectionSetWritable, this.number, writable ? 1 : 0);
  }

  /** The client's end is closed; `closed` is not called any more. A second call does nothing. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#close();
  }
}

class Events implements BrokerEvents {
  readonly lowers: (Lower | undefined)[] = [];
  readonly #sink: BrokerSink;

  constructor(sink: BrokerSink) {
    this.#sink = sink;
  }

  handle(kind: EventKind, connection: number, at: number, reader: EventReader): void {
    switch (kind) {
      case EventKind.ConnectionOutput: {
        const frame = reader.output(at);
        if (frame !== undefined) this.lowers[connection]?.output(frame);
        return;
      }
      case EventKind.ConnectionCloseTransport:
        return this.lowers[connection]?.closeTransport();
      case EventKind.LinkClosed:
        return this.lowers[connection]?.linkClosed();
      case EventKind.BrokerMessage:
        return this.#sink.publish?.(
          connection,
          reader.topic(at),
          reader.payload(at),
          reader.messageFlags(at),
          reader.packetIdentifier(at),
          reader.properties(at + MessageEventField.propertiesOffset),
        );
      case EventKind.Connected:
        return this.#connected(connection, at, reader);
      case EventKind.Ended:
        return this.#ended(connection, at, reader);
      case EventKind.ClientSubscribed:
        return this.#sink.subscribed(
          connection,
          reader.text(at + FilterEventField.filterOffset),
          reader.word(at + FilterEventField.qos) as 0 | 1 | 2,
        );
      case EventKind.ClientUnsubscribed:
        return this.#sink.unsubscribed(connection, reader.text(at + FilterEventField.filterOffset));
      case EventKind.BrokerPublishFailed:
        return this.#sink.publishFailed(reader.word(at + ErrorEventField.token), reader.error(at));
      case EventKind.Connecting:
        return this.#connecting(connection, at, reader);
      case EventKind.Authenticating:
        return this.#sink.authenticating?.(
          connection,
          reader.word(at + ReasonEventField.reason),
          reader.properties(at + ReasonEventField.propertiesOffset),
        );
    }
  }

  stopped(): void {
    for (const lower of this.lowers.slice()) {
      lower?.closeTransport();
      lower?.linkClosed();
    }
  }

  #connected(connection: number, at: number, reader: EventReader): void {
    const flags = reader.word(at + ConnectedEventField.flags);
    const hasUserName = (flags & ConnectedFlags.HasUserName) !== 0;
    this.#sink.connected(connection, {
      clientId: reader.text(at + ConnectedEventField.clientIdentifierOffset),
      protocolVersion: (flags & ConnectedFlags.VersionMask) as ProtocolVersion,
      clean: (flags & ConnectedFlags.CleanStart) !== 0,
      sessionPresent: (flags & ConnectedFlags.SessionPresent) !== 0,
      keepAlive: flags >>> ConnectedFlags.KeepAliveShift,
      username: hasUserName ? reader.text(at + ConnectedEventField.userNameOffset) : undefined,
    });
  }

  #connecting(connection: number, at: number, reader: EventReader): void {
    const flags = reader.word(at + ConnectingEventField.flags);
    // One behind the other, padded.
    const lengthOf = (field: ConnectingEventField): number => reader.word(at + field);
    const clientId = reader.word(at + ConnectingEventField.textsOffset);
    const userName = clientId + padded(lengthOf(ConnectingEventField.clientIdentifierLength));
    const password = userName + padded(lengthOf(ConnectingEventField.userNameLength));
    const properties = password + padded(lengthOf(ConnectingEventField.passwordLength));
    const hasUserName = (flags & ConnectedFlags.HasUserName) !== 0;
    const hasPassword = (flags & ConnectedFlags.HasPassword) !== 0;
    this.#sink.connecting?.(connection, {
      clientId: reader.textAt(clientId, lengthOf(ConnectingEventField.clientIdentifierLength)),
      protocolVersion: (flags & ConnectedFlags.VersionMask) as ProtocolVersion,
      clean: (flags & ConnectedFlags.CleanStart) !== 0,
      keepAlive: flags >>> ConnectedFlags.KeepAliveShift,
      username: hasUserName ? reader.textAt(userName, lengthOf(ConnectingEventField.userNameLength)) : undefined,
      password: hasPassword ? reader.bytesAt(password, lengthOf(ConnectingEventField.passwordLength)) : undefined,
      properties: reader.propertiesAt(properties, lengthOf(ConnectingEventField.propertiesLength)),
    });
  }

  #ended(connection: number, at: number, reader: EventReader): void {
    const flags = reader.word(at + EndedEventField.flags);
    this.#sink.ended(connection, {
      clientId: reader.text(at + EndedEventField.clientIdentifierOffset),
      orderly: (flags & EndFlags.Orderly) !== 0,
      closeCode: reader.word(at + EndedEventField.webSocketCloseCode),
      error: reader.errorOf(
        (flags >>> EndFlags.FaultShift) & 0xff,
        flags >>> EndFlags.ReasonShift,
        reader.text(at + EndedEventField.textOffset),
      ),
    });
  }
}
