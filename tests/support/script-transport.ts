// A server's end of a WebSocket, played by the test: it sees each packet of the client and decides what comes back,
// if anything.
import { generate, parser, type Packet } from 'mqtt-packet';

import { nextDomEvent } from './events.ts';

export type PacketOf<Cmd extends Packet['cmd']> = Extract<Packet, { cmd: Cmd }>;

/** One connection: the client holds it as a WebSocket (the option createWebsocket), the test as the server. */
export class ScriptSocket extends EventTarget {
  readyState = 0;
  bufferedAmount = 0;
  binaryType = 'blob';
  /** What close() was called with, by the client. */
  closedWith: { code: number | undefined; reason: string | undefined } | undefined;
  readonly #parser;
  readonly #packets: Packet[] = [];
  #waiting: { cmd: string; resolve: (packet: Packet) => void }[] = [];
  readonly #version: number;

  constructor(protocolVersion = 4) {
    super();
    this.#version = protocolVersion;
    this.#parser = parser({ protocolVersion });
    this.#parser.on('packet', (packet: Packet) => this.#arrived(packet));
  }

  // --- the client's side

  send(data: Uint8Array): void {
    this.#parser.parse(Buffer.from(data));
  }

  close(code?: number, reason?: string): void {
    if (this.readyState >= 2) return;
    this.closedWith = { code, reason };
    this.readyState = 2;
    queueMicrotask(() => this.drop(code ?? 1005, reason ?? '', true));
  }

  // --- the server's side

  open(): this {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
    return this;
  }

  /** The connection is gone. */
  drop(code = 1006, reason = '', wasClean = false): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason, wasClean }));
  }

  /** Sends packets as one frame. */
  say(...packets: Packet[]): void {
    const bytes = Buffer.concat(packets.map((packet) => generate(packet, { protocolVersion: this.#version })));
    this.sayBytes(bytes);
  }

  sayBytes(bytes: Uint8Array): void {
    const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  sayText(text: string): void {
    this.dispatchEvent(new MessageEvent('message', { data: text }));
  }

  /** The next packet of this kind that the client sends, or sent and nobody took. */
  next<Cmd extends Packet['cmd']>(cmd: Cmd): Promise<PacketOf<Cmd>> {
    const index = this.#packets.findIndex((packet) => packet.cmd === cmd);
    if (index >= 0) return Promise.resolve(this.#packets.splice(index, 1)[0] as PacketOf<Cmd>);
    return new Promise((resolve) => this.#waiting.push({ cmd, resolve: resolve as (packet: Packet) => void }));
  }

  /** Whether such a packet came that nobody took. */
  has(cmd: Packet['cmd']): boolean {
    return this.#packets.some((packet) => packet.cmd === cmd);
  }

  /** Opens, takes the CONNECT and answers it. */
  async accept(connack: Partial<PacketOf<'connack'>> = {}): Promise<PacketOf<'connect'>> {
    this.open();
    const connect = await this.next('connect');
    const accepted = this.#version === 5 ? { reasonCode: 0 } : { returnCode: 0 };
    this.say({ cmd: 'connack', sessionPresent: false, ...accepted, ...connack });
    return connect;
  }

  #arrived(packet: Packet): void {
    const index = this.#waiting.findIndex(({ cmd }) => cmd === packet.cmd);
    if (index < 0) this.#packets.push(packet);
    else this.#waiting.splice(index, 1)[0]?.resolve(packet);
  }
}

/** A server that the test plays: each attempt of the client is one ScriptSocket. */
export class ScriptServer {
  readonly protocolVersion: number;
  readonly urls: string[] = [];
  readonly subprotocols: string[][] = [];
  readonly #sockets: ScriptSocket[] = [];
  readonly #arrivals = new EventTarget();

  constructor(protocolVersion: 3 | 4 | 5 = 4) {
    this.protocolVersion = protocolVersion;
  }

  /** The option of connect(). */
  readonly createWebsocket = (url: string, subprotocols: string[]): ScriptSocket => {
    const socket = new ScriptSocket(this.protocolVersion);
    this.urls.push(url);
    this.subprotocols.push(subprotocols);
    this.#sockets.push(socket);
    queueMicrotask(() => this.#arrivals.dispatchEvent(new Event('dialled')));
    return socket;
  };

  /** The next attempt, not yet open. */
  async dialled(): Promise<ScriptSocket> {
    while (this.#sockets.length === 0) await nextDomEvent(this.#arrivals, 'dialled');
    return this.#sockets.shift()!;
  }

  /** The next attempt, accepted. */
  async accepted(connack: Partial<PacketOf<'connack'>> = {}): Promise<ScriptSocket> {
    const socket = await this.dialled();
    await socket.accept(connack);
    return socket;
  }
}
