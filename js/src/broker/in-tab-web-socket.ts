// A class with the browser's WebSocket interface whose other end is a broker in this very tab, for libraries that
// want a WebSocket.
import { postTask } from '../engine/scheduler.ts';
import type { ConnectionSink } from '../engine/types.ts';
import type { AcceptedConnection, CloseReason } from './broker-connections.ts';

/** The broker's side of what the class needs. */
export interface WebSocketAcceptor {
  /** `gathered` as BrokerMachine.open() has it. undefined: the broker is closed. */
  open(sink: ConnectionSink, gathered: number): AcceptedConnection | undefined;
}

type WebSocketData = string | ArrayBuffer | ArrayBufferView | Blob;

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

// Clients of 3.1 know their own subprotocol alone, and take a frame for a packet.
const SUBPROTOCOL_OF_3_1 = 'mqttv3.1';
/** The subprotocols of MQTT, the standard's first. */
const subprotocols = ['mqtt', SUBPROTOCOL_OF_3_1];
// Bytes of packets that share a message event.
const GATHERED = 1024 * 1024;
const ONE_PACKET = 0;
// Bytes in message events that have not been delivered, from which on the broker is told to wait.
const HIGH_WATER = 1024 * 1024;

const NO_STATUS = 1005;
const LOST: CloseReason = { code: 1006, reason: '' };
const UNSUPPORTED_DATA: CloseReason = { code: 1003, reason: 'MQTT travels in binary frames' };

/** The class as applications see it: made like the browser's, `new broker.WebSocket('ws://any.name/', 'mqtt')`. */
export interface InTabWebSocketClass {
  new (url: string | URL, protocols?: string | string[]): InTabWebSocket;
  readonly prototype: InTabWebSocket;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSING: 2;
  readonly CLOSED: 3;
}

/** One broker's class. The URL's host and path do not matter. */
export function makeWebSocketClass(acceptor: WebSocketAcceptor): InTabWebSocketClass {
  return class extends InTabWebSocket {
    static override readonly name = 'WebSocket';

    constructor(url: string | URL, protocols: string | string[] = []) {
      super(acceptor, url, protocols);
    }
  };
}

export class InTabWebSocket extends EventTarget {
  static readonly CONNECTING = CONNECTING;
  static readonly OPEN = OPEN;
  static readonly CLOSING = CLOSING;
  static readonly CLOSED = CLOSED;
  readonly CONNECTING = CONNECTING;
  readonly OPEN = OPEN;
  readonly CLOSING = CLOSING;
  readonly CLOSED = CLOSED;

  readonly url: string;
  readonly extensions = '';
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;

  readonly #acceptor: WebSocketAcceptor;
  #readyState: number = CONNECTING;
  #protocol = '';
  #binaryType: BinaryType = 'blob';
  #bufferedAmount = 0;
  #connection: AcceptedConnection | undefined;
  // Sends run one behind the other, because a Blob's bytes come later.
  #sending: Promise<void> | undefined;
  #undelivered = 0;

  constructor(acceptor: WebSocketAcceptor, url: string | URL, protocols: string | string[]) {
    super();
    this.#acceptor = acceptor;
    this.url = readUrl(url);
    const offered = readProtocols(protocols);
    postTask(() => this.#connect(offered));
  }

  get readyState(): number {
    return this.#readyState;
  }

  get protocol(): string {
    return this.#protocol;
  }

  get bufferedAmount(): number {
    return this.#bufferedAmount;
  }

  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  // As in a browser, a value that does not exist changes nothing.
  set binaryType(type: BinaryType) {
    if (type === 'blob' || type === 'arraybuffer') this.#binaryType = type;
  }

  send(data: WebSocketData): void {
    if (this.#readyState === CONNECTING)
      throw new DOMException('the WebSocket is still connecting: wait for its open event', 'InvalidStateError');
    const isBlob = typeof Blob !== 'undefined' && data instanceof Blob;
    const bytes = isBlob ? data : copyOf(data as Exclude<WebSocketData, Blob>);
    const size = bytes instanceof Uint8Array ? bytes.length : bytes.size;
    if (this.#readyState !== OPEN) {
      this.#bufferedAmount += size;
    } else if (typeof data === 'string') {
      this.#closeWith(UNSUPPORTED_DATA);
    } else if (bytes instanceof Uint8Array && this.#sending === undefined) {
      this.#connection?.receive(bytes);
    } else {
      this.#bufferedAmount += size;
      this.#sendLater(bytes, size);
    }
  }

  close(code?: number, reason = ''): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new DOMException(
        `a WebSocket cannot be closed with code ${code}: use 1000 or 3000 to 4999`,
        'InvalidAccessError',
      );
    }
    if (new TextEncoder().encode(reason).length > 123)
      throw new DOMException('the reason is longer than 123 bytes', 'SyntaxError');
    if (this.#readyState === CONNECTING) return this.#fail(LOST);
    if (this.#readyState !== OPEN) return;
    this.#readyState = CLOSING;
    const why = { code: code ?? NO_STATUS, reason };
    if (this.#sending === undefined) this.#closeWith(why);
    else void this.#sending.then(() => this.#closeWith(why));
  }

  #connect(offered: readonly string[]): void {
    if (this.#readyState !== CONNECTING) return;
    // [MQTT-6.0.0-4]
    const chosen = subprotocols.find((protocol) => offered.includes(protocol));
    if (offered.length > 0 && chosen === undefined) return this.#fail(LOST);
    const sink: ConnectionSink = {
      output: (frame) => this.#deliver(frame),
      closeTransport: () => this.#closedByBroker(),
    };
    this.#connection = this.#acceptor.open(sink, chosen === SUBPROTOCOL_OF_3_1 ? ONE_PACKET : GATHERED);
    if (this.#connection === undefined) return this.#fail(LOST);
    this.#protocol = chosen ?? '';
    this.#readyState = OPEN;
    this.#dispatch(new Event('open'), this.onopen);
  }

  #sendLater(bytes: Uint8Array<ArrayBuffer> | Blob, size: number): void {
    this.#sending = (this.#sending ?? Promise.resolve()).then(async () => {
      const frame = bytes instanceof Uint8Array ? bytes : new Uint8Array(await bytes.arrayBuffer());
      this.#bufferedAmount -= size;
      this.#connection?.receive(frame);
      if (this.#bufferedAmount === 0) this.#sending = undefined;
    });
  }

  #deliver(frame: Uint8Array<ArrayBuffer>): void {
    this.#undelivered += frame.length;
    if (this.#undelivered > HIGH_WATER) this.#connection?.setWritable(false);
    postTask(() => {
      const wasFull = this.#undelivered > HIGH_WATER;
      this.#undelivered -= frame.length;
      if (wasFull && this.#undelivered <= HIGH_WATER) this.#connection?.setWritable(true);
      if (this.#readyState === OPEN)
        this.#dispatch(new MessageEvent('message', { data: this.#dataOf(frame) }), this.onmessage);
    });
  }

  #dataOf(frame: Uint8Array<ArrayBuffer>): ArrayBuffer | Blob {
    if (this.#binaryType === 'blob') return new Blob([frame]);
    const isWhole = frame.length === frame.buffer.byteLength;
    return isWhole ? frame.buffer : frame.slice().buffer;
  }

  #closedByBroker(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#closeWith(connection.closeReason);
  }

  // As when the broker sends a close frame.
  #closeWith(why: CloseReason): void {
    this.#leave();
    postTask(() => this.#end(why, true));
  }

  // The connection ends at once, as when the network breaks.
  #fail(why: CloseReason): void {
    this.#readyState = CLOSING;
    this.#leave();
    postTask(() => {
      this.#dispatch(new Event('error'), this.onerror);
      this.#end(why, false);
    });
  }

  // Tells the broker, once, that nothing more comes.
  #leave(): void {
    this.#connection?.closed();
    this.#connection = undefined;
  }

  #end({ code, reason }: CloseReason, wasClean: boolean): void {
    if (this.#readyState === CLOSED) return;
    this.#readyState = CLOSED;
    this.#dispatch(closeEvent(code, reason, wasClean), this.onclose);
  }

  #dispatch<Kind extends Event>(event: Kind, handler: ((event: Kind) => void) | null): void {
    // The handler property is a listener like the others, as far as an exception of one must not keep the others from
    // being called.
    if (typeof handler === 'function')
      this.addEventListener(event.type, handler as (event: Event) => void, { once: true });
    this.dispatchEvent(event);
  }
}

function readUrl(url: string | URL): string {
  let parsed;
  try {
    parsed = new URL(url, typeof location === 'undefined' ? undefined : location.href);
  } catch {
    throw new DOMException(`"${String(url)}" is not a URL: write "ws://in-tab/"`, 'SyntaxError');
  }
  if (parsed.protocol === 'http:') parsed.protocol = 'ws:';
  if (parsed.protocol === 'https:') parsed.protocol = 'wss:';
  if (parsed.protocol !== 'ws:' && parsed.protocol !== 'wss:')
    throw new DOMException(`a WebSocket's URL begins with ws:// or wss://, not ${parsed.protocol}`, 'SyntaxError');
  if (parsed.hash !== '') throw new DOMException("a WebSocket's URL has no fragment", 'SyntaxError');
  return parsed.href;
}

function readProtocols(protocols: string | string[]): string[] {
  const list = typeof protocols === 'string' ? [protocols] : [...protocols];
  const isWrong = list.some(
    (protocol, index) => !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(protocol) || list.indexOf(protocol) !== index,
  );
  if (isWrong) throw new DOMException(`"${list.join(', ')}" are no subprotocols: write ["mqtt"]`, 'SyntaxError');
  return list;
}

// What the caller does with its buffer after send() is its own affair.
function copyOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> {
  if (typeof data === 'string') return new TextEncoder().encode(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  return new Uint8Array(data).slice();
}

// Node 20 has no CloseEvent.
function closeEvent(code: number, reason: string, wasClean: boolean): CloseEvent {
  if (typeof CloseEvent !== 'undefined') return new CloseEvent('close', { code, reason, wasClean });
  return Object.assign(new Event('close'), { code, reason, wasClean }) as CloseEvent;
}
