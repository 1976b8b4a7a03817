// What carries bytes between a client and its server: anything that sends, receives and tells when it is gone.

/**
 * How a transport ended. For a WebSocket `code` and `reason` are those of its close frame, or the browser's own
 * (1006: lost).
 */
export interface CloseInfo {
  code?: number;
  reason: string;
  /** Both sides agreed to close. */
  wasClean: boolean;
  /** What the platform reported, where it says anything (a refused TCP connection). */
  error?: Error;
}

/** Called by the transport, never from inside a call of its own methods. */
export interface TransportHandlers {
  /**
   * Bytes may be sent. A transport that has frames says how many bytes one may carry: the receiver sends whole packets
   * of no more than that in one call, and splits only a larger one.
   */
  opened(maximumFrameSize?: number): void;
  /**
   * Bytes arrived, in any slicing. The buffer is the receiver's from now on: views of it may live as long as they
   * like.
   */
  received(bytes: Uint8Array<ArrayBuffer>): void;
  /** After send() answered false: what was sent has left, or nearly. */
  drained(): void;
  /** Of all that was sent, so many bytes have not left yet: told now and then while that changes, and 0 at last. */
  unsent?(bytes: number): void;
  /** Bytes arrive that can't be handed over yet, because their frame is not whole. */
  arriving?(): void;
  /** The last call, exactly once, whether the transport was ever open or not. */
  closed(info: CloseInfo): void;
}

export interface Transport {
  /**
   * Bytes sent in one call travel together; the buffer is not changed afterwards. false: enough, wait for drained().
   */
  send(bytes: Uint8Array<ArrayBuffer>): boolean;
  /** Stops, or goes on, to read from the peer, where the platform can. */
  pause?(): void;
  resume?(): void;
  /** The orderly end: what was sent arrives first. Bounded by CLOSE_GRACE. */
  close(): void;
  /** The end at once: what has not left yet is lost. */
  destroy(): void;
}

/** Milliseconds that an orderly close waits for the peer to agree. */
export const CLOSE_GRACE = 2000;

/** What a transport needs of a WebSocket; the `on...` properties serve where there is no addEventListener. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: string;
  send(data: Uint8Array<ArrayBuffer>, sent?: () => void): void;
  close(code?: number, reason?: string): void;
  /** The package ws has it: the end at once, without a closing handshake. */
  terminate?(): void;
  /** The package ws, which tells of the line below with the event `upgrade`. */
  once?(event: string, listener: (response: { readonly socket?: StreamLike }) => void): unknown;
  addEventListener?(type: string, listener: (event: unknown) => void): void;
  onopen?: unknown;
  onmessage?: unknown;
  onerror?: unknown;
  onclose?: unknown;
}

/** What a transport needs of a Node stream: a net.Socket, a tls.TLSSocket or any Duplex. */
export interface StreamLike {
  readonly writable: boolean;
  /** Bytes that were written and have not left. */
  readonly writableLength?: number;
  on(event: string, listener: (...args: never[]) => void): unknown;
  once(event: string, listener: (...args: never[]) => void): unknown;
  write(bytes: Uint8Array): boolean;
  pause(): unknown;
  resume(): unknown;
  end(): unknown;
  destroy(): unknown;
}
