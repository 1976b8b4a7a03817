// The broker inside the Wasm module: connections from transports, links to clients of the same module, and what the host says itself.
import type { ClientMachine, Engine } from './engine.ts';
import type { PacketProperties } from './properties.ts';
import type {
  BrokerMachineOptions,
  BrokerSink,
  BrokerStatistics,
  ConnectionSink,
  ConnectPacket,
  OperationToken,
  ReasonCode,
} from './types.ts';

/** The one broker of an engine whose source is the broker module. */
export declare class BrokerMachine {
  constructor(engine: Engine, options: BrokerMachineOptions, sink: BrokerSink);
  readonly engine: Engine;
  /** A transport was accepted. It has connectTimeout for its CONNECT. */
  open(sink: ConnectionSink): BrokerConnection;
  /**
   * Connects a client of the same engine: instead of transportOpened(). Its octets never leave Wasm. The client's sink sees what it would see over a transport:
   * closeTransport() asks for link.close() and client.transportClosed(). `closed` is called when the broker closed the link: then call
   * client.transportClosed(). Precondition: client.startAttempt() was called.
   */
  link(client: ClientMachine, connect: ConnectPacket, closed: () => void): BrokerLink;
  /** The host's own PUBLISH, as if a client had sent it; a refusal comes to publishFailed() with the token. */
  publish(
    topic: string,
    payload: Uint8Array | string,
    flags: number,
    properties: PacketProperties | undefined,
    token: OperationToken,
  ): void;
  /** The host closes a connection or link: DISCONNECT with the reason to a 5.0 client. */
  disconnect(connection: number, reasonCode: ReasonCode): void;
  /** Ends every connection with Server shutting down; wills are published. */
  shutDown(): void;
  /** As of the last step. All zero before the module has started. */
  statistics(): BrokerStatistics;
}

export declare class BrokerConnection {
  readonly number: number;
  receive(frame: Uint8Array<ArrayBuffer>): void;
  /** The transport is gone; the connection's number is used again. */
  closed(): void;
  /** Whether the transport takes octets; while it doesn't, output() is not called and maximumOutputOctets counts what waits. */
  setWritable(writable: boolean): void;
}

export declare class BrokerLink {
  readonly number: number;
  /** The client's end is closed; `closed` is not called any more. Closing it again does nothing. */
  close(): void;
}
