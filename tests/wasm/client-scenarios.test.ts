// The scenarios of tests/scenarios/client, on the Wasm module; tests/core plays the same on the native core.
import { describe, it } from '@jest/globals';
import { generate, parser, type Packet, type Parser } from 'mqtt-packet';

import { ClientMachine } from '../../js/src/engine/client-machine.ts';
import type { Engine } from '../../js/src/engine/engine.ts';
import type { PacketProperties } from '../../js/src/engine/properties.ts';
import type { ClientSink, ConnectPacket, EngineError } from '../../js/src/engine/types.ts';
import { clientModule, type FakeClock, settled, startEngine } from '../js/engine/machines.ts';
import {
  camelCase,
  type ConnectPacket as WrittenConnect,
  lineOf,
  messageText,
  packetOf,
  propertiesText,
  reasonsText,
  reasonWord,
  type Version,
} from '../support/packet-lines.ts';
import { bytesOf, play, scenariosIn, sliced, type Scenario, type Stage } from '../support/scenarios.ts';

type Started = Awaited<ReturnType<typeof startEngine>>;

/** The sink's calls, each as a line: NotedListener of test_client.h is the same for the native core. */
class NotedSink implements ClientSink {
  readonly lines: string[] = [];
  readonly frames: Uint8Array[] = [];
  wantsClose = false;

  reconnectDue(): void {
    this.lines.push('redial');
  }
  connectFailed(error: EngineError): void {
    this.lines.push(`connect failed: ${error.text}`);
  }
  connack({ reasonCode, sessionPresent, properties }: Parameters<ClientSink['connack']>[0]): void {
    const present = sessionPresent ? ' session-present' : '';
    this.lines.push(`connack ${reasonWord(reasonCode)}${present}${propertiesText(properties)}`);
  }
  message(...[topic, payload, flags, messageId, properties]: Parameters<ClientSink['message']>): void {
    const message = { topic, payload, qos: flags & 3, messageId, retain: (flags & 4) !== 0, dup: (flags & 8) !== 0 };
    this.lines.push(`message ${messageText(message)}${propertiesText(properties)}`);
  }
  published(...[token, messageId, reasonCode, properties]: Parameters<ClientSink['published']>): void {
    const identifier = messageId === 0 ? '' : ` id${messageId}`;
    const reason = reasonCode === 0 ? '' : ` ${reasonWord(reasonCode)}`;
    this.lines.push(`published ${token}${identifier}${reason}${propertiesText(properties)}`);
  }
  subscribed(...[token, , reasonCodes, properties]: Parameters<ClientSink['subscribed']>): void {
    this.lines.push(`subscribed ${token} ${reasonsText(reasonCodes, true)}${propertiesText(properties)}`);
  }
  unsubscribed(...[token, , reasonCodes, properties]: Parameters<ClientSink['unsubscribed']>): void {
    this.lines.push(`unsubscribed ${token} ${reasonsText(reasonCodes, false)}${propertiesText(properties)}`);
  }
  operationFailed(token: number, error: EngineError): void {
    this.lines.push(`failed ${token}: ${error.text}`);
  }
  disconnect(reasonCode: number, properties: PacketProperties | undefined): void {
    this.lines.push(`disconnect ${reasonWord(reasonCode)}${propertiesText(properties)}`);
  }
  auth(reasonCode: number, properties: PacketProperties | undefined): void {
    this.lines.push(`auth ${reasonWord(reasonCode)}${propertiesText(properties)}`);
  }
  closing({ reasonCode, text }: EngineError): void {
    this.lines.push(`closing ${reasonWord(reasonCode)}${text === '' ? '' : `: ${text}`}`);
  }
  output(frame: Uint8Array<ArrayBuffer>): void {
    this.frames.push(frame);
  }
  closeTransport(): void {
    this.wantsClose = true;
  }
}

/** `app` is the application above the client, `server` the raw-packet server below it. */
class ClientStage implements Stage {
  readonly #sink = new NotedSink();
  readonly #engine: Engine;
  readonly #machine: ClientMachine;
  readonly #clock: FakeClock;
  readonly #slice: number;
  #version: Version = 5;
  #packets: Parser = parser();
  readonly #sent: string[] = [];

  static async start(scenario: Scenario, slice: number): Promise<ClientStage> {
    return new ClientStage(await startEngine(clientModule), scenario, slice);
  }

  private constructor({ engine, clock }: Started, { options }: Scenario, slice: number) {
    this.#engine = engine;
    this.#clock = clock;
    this.#slice = slice;
    const named = Object.entries(options).map(([name, value]) => [camelCase(name), value]);
    this.#machine = new ClientMachine(engine, { reconnectJitter: 0, ...flags(Object.fromEntries(named)) }, this.#sink);
  }

  send(who: string, line: string): void {
    if (who === 'app') return this.#appSays(line);
    const bytes = line.startsWith('bytes ')
      ? bytesOf(line.slice('bytes '.length))
      : generate(packetOf(line, this.#version), { protocolVersion: this.#version });
    for (const slice of sliced(bytes, this.#slice)) this.#machine.receive(slice);
  }

  lose(): void {
    this.#machine.transportClosed();
  }

  advance(milliseconds: number): void {
    this.#clock.advance(milliseconds);
  }

  async settle(hear: (who: string, line: string) => void): Promise<void> {
    await settled();
    for (const frame of this.#sink.frames.splice(0)) this.#packets.parse(Buffer.from(frame));
    for (const line of this.#sent.splice(0)) hear('server', line);
    if (this.#sink.wantsClose) {
      this.#sink.wantsClose = false;
      hear('server', 'closed');
      this.#machine.transportClosed();
      await settled();
    }
    for (const line of this.#sink.lines.splice(0)) hear('app', line);
  }

  dispose(): void {
    this.#engine.dispose();
  }

  // "PUBLISH t 'x' as 1": the operation is number 1.
  #appSays(line: string): void {
    const [, written, number] = /^(.*?)(?: as (\d+))?$/.exec(line)!;
    const token = Number(number ?? 0);
    const packet = packetOf(written!, 5);
    switch (packet.cmd) {
      case 'connect':
        return this.#opens(packet);
      case 'publish': {
        const messageFlags = packet.qos | (packet.retain ? 4 : 0);
        return this.#machine.publish(packet.topic, packet.payload as Buffer, messageFlags, packet.properties, token);
      }
      case 'subscribe': {
        const entries = packet.subscriptions.map(({ topic, qos, nl, rap, rh }) => {
          return { topicFilter: topic, qos, noLocal: nl, retainAsPublished: rap, retainHandling: rh as 0 | 1 | 2 };
        });
        return this.#machine.subscribe(entries, packet.properties as PacketProperties, token);
      }
      case 'unsubscribe':
        return this.#machine.unsubscribe(packet.unsubscriptions, packet.properties as PacketProperties, token);
      case 'auth':
        return this.#machine.authenticate(packet.reasonCode, packet.properties as PacketProperties);
      case 'puback':
        return this.#machine.acknowledge(
          packet.messageId!,
          packet.reasonCode ?? 0,
          packet.properties as PacketProperties,
        );
      case 'disconnect':
        return this.#machine.disconnect(packet.reasonCode ?? 0, packet.properties as PacketProperties);
      default:
        throw new Error(`an application can not say ${line}`);
    }
  }

  #opens(packet: WrittenConnect): void {
    this.#version = packet.protocolVersion as Version;
    this.#packets = parser({ protocolVersion: this.#version });
    this.#packets.on('packet', (sent: Packet) => this.#sent.push(lineOf(sent)));
    this.#packets.on('error', (error: Error) => this.#sent.push(`something unreadable: ${error.message}`));
    this.#machine.startAttempt();
    this.#machine.transportOpened(connectPacketOf(packet));
  }
}

function flags(options: Record<string, number>): object {
  const isFlag = (name: string): boolean =>
    ['reconnect', 'resubscribe', 'queueQosZero', 'acknowledgedByHost'].includes(name);
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, isFlag(name) ? value !== 0 : value]));
}

function connectPacketOf(packet: WrittenConnect): ConnectPacket {
  const { clientId, protocolVersion, clean = true, keepalive = 0, bridgeMode, username, password, will } = packet;
  return {
    clientId,
    protocolVersion: protocolVersion as Version,
    clean,
    keepAlive: keepalive,
    bridge: bridgeMode,
    username,
    password,
    will: will && {
      topic: will.topic,
      payload: will.payload,
      qos: will.qos ?? 0,
      retain: will.retain ?? false,
      properties: will.properties as PacketProperties,
    },
    properties: packet.properties as PacketProperties,
  };
}

const scenarios = scenariosIn('client');

describe.each([
  ['as it comes', 0],
  ['byte by byte', 1],
])('the Wasm client, given its input %s, plays out', (_, slice) => {
  it.each(scenarios.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, scenario) => {
    const stage = await ClientStage.start(scenario, slice);
    await play(scenario, stage);
    stage.dispose();
  });
});
