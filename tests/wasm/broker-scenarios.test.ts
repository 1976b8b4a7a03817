// The scenarios of tests/scenarios/broker, on the Wasm module; tests/core plays the same on the native core.
import { describe, expect, it } from '@jest/globals';
import { generate, parser, type Packet, type Parser } from 'mqtt-packet';

import { type BrokerConnection, BrokerMachine } from '../../js/src/engine/broker-machine.ts';
import type { BrokerSink, EngineError } from '../../js/src/engine/types.ts';
import { brokerModule, type FakeClock, settled, startEngine } from '../js/engine/machines.ts';
import { camelCase, lineOf, packetOf, type Version } from '../support/packet-lines.ts';
import { bytesOf, play, scenariosIn, sliced, type Scenario, type Stage } from '../support/scenarios.ts';

type Started = Awaited<ReturnType<typeof startEngine>>;

// Keeps what the host's own publishes failed with.
class HostSink implements BrokerSink {
  readonly refusals: EngineError[] = [];
  connected(): void {}
  ended(): void {}
  subscribed(): void {}
  unsubscribed(): void {}
  publishFailed(_token: number, error: EngineError): void {
    this.refusals.push(error);
  }
}

/** A raw-packet client with an open connection. */
class Peer {
  readonly version: Version;
  readonly lines: string[] = [];
  isClosed = false;
  readonly connection: BrokerConnection;

  constructor(broker: BrokerMachine, version: Version) {
    this.version = version;
    const packets: Parser = parser({ protocolVersion: version });
    packets.on('packet', (packet: Packet) => this.lines.push(lineOf(packet)));
    packets.on('error', (error: Error) => this.lines.push(`something unreadable: ${error.message}`));
    this.connection = broker.open({
      output: (frame) => packets.parse(Buffer.from(frame)),
      closeTransport: () => {
        this.isClosed = true;
        this.connection.closed();
      },
    });
  }
}

/** Each name but `host` is a peer, with one connection at a time. */
class BrokerStage implements Stage {
  readonly #broker: BrokerMachine;
  readonly #clock: FakeClock;
  readonly #slice: number;
  readonly #sink = new HostSink();
  readonly #peers = new Map<string, Peer>();

  static async start(scenario: Scenario, slice: number): Promise<BrokerStage> {
    return new BrokerStage(await startEngine(brokerModule), scenario, slice);
  }

  private constructor({ engine, clock }: Started, { options }: Scenario, slice: number) {
    this.#clock = clock;
    this.#slice = slice;
    const named = Object.entries(options).map(([name, value]) => [camelCase(name), value]);
    this.#broker = new BrokerMachine(engine, { statisticsInterval: 0, ...Object.fromEntries(named) }, this.#sink);
  }

  send(who: string, line: string): void {
    if (who === 'host') return this.#hostSays(line);
    if (line.startsWith('bytes ')) return this.#give(this.#peer(who, 5), bytesOf(line.slice('bytes '.length)));
    const isConnect = line.startsWith('CONNECT ');
    const asked = isConnect ? packetOf(line, 5) : undefined;
    const peer = this.#peer(who, asked?.cmd === 'connect' ? (asked.protocolVersion as Version) : 5);
    this.#give(peer, generate(packetOf(line, peer.version), { protocolVersion: peer.version }));
  }

  lose(who: string): void {
    this.#peers.get(who)!.connection.closed();
    this.#peers.delete(who);
  }

  advance(milliseconds: number): void {
    this.#clock.advance(milliseconds);
  }

  async settle(hear: (who: string, line: string) => void): Promise<void> {
    await settled();
    for (const [name, peer] of this.#peers) {
      for (const line of peer.lines.splice(0)) hear(name, line);
      if (!peer.isClosed) continue;
      hear(name, 'closed');
      this.#peers.delete(name);
    }
    expect(this.#sink.refusals).toEqual([]);
  }

  dispose(): void {
    this.#broker.engine.dispose();
  }

  #hostSays(line: string): void {
    if (line === 'DISCONNECT server-shutting-down') return this.#broker.shutDown();
    const packet = packetOf(line, 5);
    if (packet.cmd !== 'publish') throw new Error(`the host says ${line}`);
    const flags = packet.qos | (packet.retain ? 4 : 0);
    this.#broker.publish(packet.topic, packet.payload as Buffer, flags, packet.properties, 1);
  }

  #give(peer: Peer, bytes: Uint8Array): void {
    for (const slice of sliced(bytes, this.#slice)) peer.connection.receive(slice);
  }

  #peer(who: string, version: Version): Peer {
    const peer = this.#peers.get(who) ?? new Peer(this.#broker, version);
    this.#peers.set(who, peer);
    return peer;
  }
}

const scenarios = scenariosIn('broker');

describe.each([
  ['as it comes', 0],
  ['byte by byte', 1],
])('the Wasm broker, given its input %s, plays out', (_, slice) => {
  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    const stage = await BrokerStage.start(scenario, slice);
    await play(scenario, stage);
    stage.dispose();
  });
});
