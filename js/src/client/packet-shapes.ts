// What the engine tells and takes -> the packet objects of MQTT.js, and back.
import { readMessage } from '../api/arguments.ts';
import type { CompleteOptions } from '../api/client-options.ts';
import type {
  AcknowledgementPacket,
  ConnackPacket,
  PublishPacket,
  QoS,
  SubackPacket,
  TracedPacket,
  UnsubackPacket,
  Will,
} from '../api/packets.ts';
import { packetNames } from '../api/packets.ts';
import { returnCodeOf } from '../api/reason-codes.ts';
import type { PacketProperties } from '../engine/properties.ts';
import type { ConnectPacket, ConnackPacket as EngineConnack, PublishContent, WillMessage } from '../engine/types.ts';
import { PublishFlags } from '../engine/types.ts';
import { Reason } from '../generated/reason-codes.ts';
import { maySpeak5 } from './complete-options.ts';
import type { Answer } from './operations.ts';

export function connectPacketOf(options: CompleteOptions): ConnectPacket {
  const hasProperties = maySpeak5(options);
  const version = options.protocolVersion === 'auto' ? 5 : options.protocolVersion;
  return {
    protocolVersion: options.protocolId === 'MQIsdp' ? 3 : version,
    clientId: options.clientId,
    clean: options.clean,
    keepAlive: Math.round(options.keepalive),
    username: options.username,
    password: options.password,
    will: options.will && willOf(options.will, hasProperties),
    properties: hasProperties ? options.properties : undefined,
  };
}

// Properties exist in 5.0 only; an application may have options for every version.
function willOf(will: Will, hasProperties: boolean): WillMessage {
  return {
    topic: will.topic,
    payload: readMessage(will.payload),
    qos: will.qos ?? 0,
    retain: will.retain ?? false,
    properties: hasProperties ? will.properties : undefined,
  };
}

export function connackPacketOf({
  protocolVersion,
  sessionPresent,
  reasonCode,
  properties,
}: EngineConnack): ConnackPacket {
  if (protocolVersion !== 5) return { cmd: 'connack', sessionPresent, returnCode: returnCodeOf(reasonCode) };
  return { cmd: 'connack', sessionPresent, reasonCode, ...withProperties(properties) };
}

export function publishPacketOf<Bytes>(
  topic: string,
  payload: Bytes,
  flags: number,
  messageId: number,
  properties: PacketProperties | undefined,
): PublishPacket<Bytes> {
  const packet: PublishPacket<Bytes> = {
    cmd: 'publish',
    topic,
    payload,
    qos: (flags & PublishFlags.qosMask) as QoS,
    retain: (flags & PublishFlags.retain) !== 0,
    dup: (flags & PublishFlags.dup) !== 0,
  };
  if (messageId !== 0) packet.messageId = messageId;
  if (properties !== undefined) packet.properties = properties;
  return packet;
}

/** The packet that refused a message: at QoS 2 a PUBREC, unless it says what only a PUBCOMP can. */
export function refusalOf(qos: number, answer: Answer): AcknowledgementPacket {
  const reasonCode = answer.reasonCodes[0] ?? 0;
  const cmd = qos === 1 ? 'puback' : reasonCode === Reason.PacketIdentifierNotFound ? 'pubcomp' : 'pubrec';
  return { cmd, messageId: answer.packetIdentifier, reasonCode, ...withProperties(answer.properties) };
}

export function subackPacketOf(answer: Answer): SubackPacket {
  return {
    cmd: 'suback',
    messageId: answer.packetIdentifier,
    granted: answer.reasonCodes,
    ...withProperties(answer.properties),
  };
}

export function unsubackPacketOf(answer: Answer): UnsubackPacket {
  return {
    cmd: 'unsuback',
    messageId: answer.packetIdentifier,
    granted: answer.reasonCodes,
    ...withProperties(answer.properties),
  };
}

export function tracedPacketOf(
  packetType: number,
  messageId: number,
  length: number,
  content: PublishContent | undefined,
): TracedPacket {
  if (content !== undefined) {
    const { topic, payload, flags, properties } = content;
    return { ...publishPacketOf(topic, payload, flags, messageId, properties), length };
  }
  const packet: TracedPacket = { cmd: packetNames[packetType] ?? 'reserved', length };
  if (messageId !== 0) packet.messageId = messageId;
  return packet;
}

function withProperties(properties: PacketProperties | undefined): { properties?: PacketProperties } {
  return properties === undefined ? {} : { properties };
}
