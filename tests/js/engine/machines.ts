// What tests of the engine share: the real modules, a clock moved by hand, sinks that remember, and packets made by another implementation.
import mqttPacket, { type Packet } from 'mqtt-packet';

import { patched } from '../../../js/src/broker/patched-module.ts';
import { ClientMachine } from '../../../js/src/engine/client-machine.ts';
import { Engine, type EngineOptions } from '../../../js/src/engine/engine.ts';
import type { ModuleSource } from '../../../js/src/engine/load.ts';
import type { ModuleFactory } from '../../../js/src/engine/module.ts';
import type { Payload } from '../../../js/src/engine/payload.ts';
import type { PacketProperties } from '../../../js/src/engine/properties.ts';
import type {
  ClientMachineOptions,
  ClientSink,
  ConnackPacket,
  ConnectPacket,
  EngineError,
} from '../../../js/src/engine/types.ts';

// Another toolchain's modules can be tried by naming their folder.
const folder = process.env.WASMQTT_WASM ?? new URL('../../../build/wasm', import.meta.url).pathname;

// A script without types, which a static import would have checked as if it had some.
const splitter = new URL('../../../scripts/split-module.mjs', import.meta.url).pathname;
const { splitModule } = (await import(splitter)) as {
  splitModule: (broker: string, client: string) => { client: Uint8Array<ArrayBuffer>; patch: Uint8Array<ArrayBuffer> };
};
const { default: createModule } = (await import(`${folder}/broker.mjs`)) as { default: ModuleFactory };

/** As the package has them. */
export const splitModules = splitModule(`${folder}/broker.wasm`, `${folder}/client.wasm`);

export const clientModule: ModuleSource = { createModule, wasm: () => splitModules.client };
export const brokerModule: ModuleSource = {
  createModule,
  wasm: () => patched(splitModules.client, splitModules.patch),
};

/** A clock that stands still until advance(). */
export class FakeClock {
  time = 1000;
  readonly delays: number[] = [];
  #nextTimer = 1;
  readonly #timers = new Map<number, { at: number; callback: () => void }>();

  readonly now = (): number => this.time;
  readonly setTimeout = (callback: () => void, delay: number): number => {
    this.delays.push(delay);
    this.#timers.set(this.#nextTimer, { at: this.time + delay, callback });
    return this.#nextTimer++;
  };
  readonly clearTimeout = (timer: unknown): void => {
    this.#timers.delete(timer as number);
  };

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Fires what is due, in order, as time passes. */
  advance(milliseconds: number): void {
    const end = this.time + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      const [id, { at, callback }] = due;
      this.#timers.delete(id);
      this.time = Math.max(this.time, at);
      callback();
    }
    this.time = end;
  }
}

export interface ReceivedMessage {
  topic: string;
  payload: Payload;
  flags: number;
  packetIdentifier: number;
  properties: PacketProperties | undefined;
}

/** Remembers everything that comes; `on...` hooks run inside the callbacks. */
export class RecordingSink implements ClientSink {
  readonly frames: Uint8Array<ArrayBuffer>[] = [];
  readonly connacks: ConnackPacket[] = [];
  readonly messages: ReceivedMessage[] = [];
  readonly answers: unknown[][] = [];
  readonly failures: [number, EngineError][] = [];
  readonly closings: EngineError[] = [];
  readonly traced: unknown[][] = [];
  readonly pauses: number[] = [];
  reconnectsDue = 0;
  closedTransports = 0;
  connectFailures: EngineError[] = [];
  onMessage: (message: ReceivedMessage) => void = () => {};
  onOutput: (frame: Uint8Array<ArrayBuffer>) => void = () => {};

  reconnectScheduled(pause: number): void {
    this.pauses.push(pause);
  }
  reconnectDue(): void {
    ++this.reconnectsDue;
  }
  connectFailed(error: EngineError): void {
    this.connectFailures.push(error);
  }
  connack(packet: ConnackPacket): void {
    this.connacks.push(packet);
  }
  message(
    topic: string,
    payload: Payload,
    flags: number,
    packetIdentifier: number,
    properties: PacketProperties | undefined,
  ): void {
    const message = { topic, payload, flags, packetIdentifier, properties };
    this.messages.push(message);
    this.onMessage(message);
  }
  published(...answer: unknown[]): void {
    this.answers.push(['published', ...answer]);
  }
  subscribed(...answer: unknown[]): void {
    this.answers.push(['subscribed', ...answer]);
  }
  unsubscribed(...answer: unknown[]): void {
    this.answers.push(['unsubscribed', ...answer]);
  }
  operationFailed(token: number, error: EngineError): void {
    this.failures.push([token, error]);
  }
  disconnect(...answer: unknown[]): void {
    this.answers.push(['disconnect', ...answer]);
  }
  auth(...answer: unknown[]): void {
    this.answers.push(['auth', ...answer]);
  }
  closing(error: EngineError): void {
    this.closings.push(error);
  }
  output(frame: Uint8Array<ArrayBuffer>): void {
    this.frames.push(frame);
    this.onOutput(frame);
  }
  closeTransport(): void {
    ++this.closedTransports;
  }
  packetReceived(...packet: unknown[]): void {
    this.traced.push(['received', ...packet]);
  }
  packetSent(...packet: unknown[]): void {
    this.traced.push(['sent', ...packet]);
  }

  /** The packets in all frames so far, which are forgotten. */
  takePackets(protocolVersion = 4): Packet[] {
    const packets = parsed(this.frames, protocolVersion);
    this.frames.length = 0;
    return packets;
  }
}

export function parsed(frames: readonly Uint8Array[], protocolVersion = 4): Packet[] {
  const packets: Packet[] = [];
  const parser = mqttPacket.parser({ protocolVersion });
  parser.on('packet', (packet) => packets.push(packet));
  for (const frame of frames) parser.parse(Buffer.from(frame));
  return packets;
}

/** Packets as a peer would send them, in one frame that is nobody else's. */
export function frameOf(packets: readonly Packet[], protocolVersion = 4): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(packets.map((packet) => mqttPacket.generate(packet, { protocolVersion }))));
}

export function publishPacket(topic: string, payload: string | Uint8Array, more: object = {}): Packet {
  const bytes = typeof payload === 'string' ? payload : Buffer.from(payload);
  return { cmd: 'publish', topic, payload: bytes, qos: 0, dup: false, retain: false, ...more } as Packet;
}

export const connect: ConnectPacket = { protocolVersion: 4, clientId: 'tester', clean: true, keepAlive: 0 };

export interface TestClient {
  readonly engine: Engine;
  readonly clock: FakeClock;
  readonly errors: unknown[];
  readonly machine: ClientMachine;
  readonly sink: RecordingSink;
}

/** An engine with a fake clock whose errors are remembered. */
export async function startEngine(
  module: ModuleSource,
  options: EngineOptions = {},
): Promise<Pick<TestClient, 'engine' | 'clock' | 'errors'>> {
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const { now, setTimeout, clearTimeout } = clock;
  const engine = new Engine(module, {
    now,
    setTimeout,
    clearTimeout,
    reportError: (error) => errors.push(error),
    ...options,
  });
  await engine.ready;
  return { engine, clock, errors };
}

/** A client whose server has accepted it; its sink has forgotten the CONNECT. */
export async function startClient(
  packet: Partial<ConnectPacket> = {},
  options: ClientMachineOptions = {},
  maximumFrameSize?: number,
): Promise<TestClient> {
  const started = await startEngine(clientModule);
  const sink = new RecordingSink();
  const machine = new ClientMachine(started.engine, options, sink);
  machine.startAttempt();
  machine.transportOpened({ ...connect, ...packet }, maximumFrameSize);
  const protocolVersion = packet.protocolVersion ?? 4;
  machine.receive(frameOf([{ cmd: 'connack', reasonCode: 0, returnCode: 0, sessionPresent: false }], protocolVersion));
  sink.frames.length = 0;
  return { ...started, machine, sink };
}

/** The sizes of the packets that begin and end in these bytes; throws where one does not end. */
export function packetSizes(bytes: Uint8Array): number[] {
  const sizes: number[] = [];
  for (let at = 0; at < bytes.length; at += sizes.at(-1)!) {
    let length = 0;
    let end = at + 1;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[end++]!;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    sizes.push(end - at + length);
    if (at + sizes.at(-1)! > bytes.length) throw new Error('a packet does not end here');
  }
  return sizes;
}

/** Lets everything happen that microtasks do. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
