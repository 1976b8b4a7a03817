// What goes wrong, as Error objects with the messages and codes that code written for MQTT.js looks at.

import { ErrorKind } from '../generated/records.ts';
import type { EngineError, Fault } from '../engine/types.ts';
import type { SubackPacket } from './packets.ts';
import type { CloseInfo } from './transport.ts';

export type MqttErrorCode =
  | 'ERR_MQTT_BAD_CALL' // the message says what to write instead
  | 'ERR_MQTT_CONNACK_TIMEOUT'
  | 'ERR_MQTT_KEEPALIVE_TIMEOUT'
  | 'ERR_MQTT_DISCONNECTING' // called after end()
  | 'ERR_MQTT_CONNECTION_CLOSED' // the operation's connection ended before its answer came
  | 'ERR_MQTT_NOT_CONNECTED'
  | 'ERR_MQTT_REMOVED' // removeOutgoingMessage()
  | 'ERR_MQTT_LIMIT' // a queue that the options bound is full
  | 'ERR_MQTT_PROTOCOL' // the peer sent what MQTT does not allow
  | 'ERR_MQTT_STORE' // the session store failed: `cause` is what it said
  | 'ERR_MQTT_TRANSPORT' // the connection could not be opened
  | 'ERR_MQTT_UNSUPPORTED'; // this environment lacks something

interface Details {
  reasonCode?: number;
  close?: CloseInfo;
  cause?: unknown;
}

export class MqttError extends Error {
  // Consoles show it, minified or not.
  static override readonly name: string = 'MqttError';
  override readonly name: string = 'MqttError';
  /** What kind of thing went wrong. Where the server gave a reason it is that number, as in MQTT.js. */
  readonly code: MqttErrorCode | number;
  /** The reason code of MQTT 5.0, or the return code of a CONNACK before it. */
  declare readonly reasonCode?: number;
  /** How the transport ended, where that is why. */
  declare readonly close?: CloseInfo;

  constructor(code: MqttErrorCode | number, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    if (details.reasonCode !== undefined) this.reasonCode = details.reasonCode;
    if (details.close !== undefined) this.close = details.close;
  }
}

/** The server refused: `code` is its reason. */
export class ErrorWithReasonCode extends MqttError {
  static override readonly name = 'ErrorWithReasonCode';
  override readonly name = 'ErrorWithReasonCode';
  declare readonly code: number;
  /** With 156 (Use another server) and 157 (Server moved): where, if the server said. */
  declare readonly serverReference?: string;

  constructor(message: string, code: number, serverReference?: string) {
    super(code, message, { reasonCode: code });
    if (serverReference !== undefined) this.serverReference = serverReference;
  }
}

/** The server refused a subscription: `packet` is its SUBACK. */
export class ErrorWithSubackPacket extends MqttError {
  static override readonly name = 'ErrorWithSubackPacket';
  override readonly name = 'ErrorWithSubackPacket';
  readonly packet: SubackPacket | undefined;

  constructor(message: string, code: number, packet: SubackPacket | undefined) {
    super(code, message, { reasonCode: code });
    this.packet = packet;
  }
}

export function badCall(message: string, cause?: unknown): MqttError {
  return new MqttError('ERR_MQTT_BAD_CALL', message, { cause });
}

/** What a thrown thing says. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** A thrown thing, for listeners that expect an Error. */
export function thrownError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

const codesByKind: Readonly<Partial<Record<ErrorKind, MqttErrorCode>>> = {
  [ErrorKind.ConnackTimeout]: 'ERR_MQTT_CONNACK_TIMEOUT',
  [ErrorKind.KeepAliveTimeout]: 'ERR_MQTT_KEEPALIVE_TIMEOUT',
  [ErrorKind.ConnectionClosed]: 'ERR_MQTT_CONNECTION_CLOSED',
  [ErrorKind.NotConnected]: 'ERR_MQTT_NOT_CONNECTED',
  [ErrorKind.Removed]: 'ERR_MQTT_REMOVED',
};

const codesByFault: Readonly<Record<Fault, MqttErrorCode>> = {
  'peer-sent-garbage': 'ERR_MQTT_PROTOCOL',
  'peer-broke-protocol': 'ERR_MQTT_PROTOCOL',
  'limit-reached': 'ERR_MQTT_LIMIT',
  'caller-misuse': 'ERR_MQTT_BAD_CALL',
};

export function errorOf(error: EngineError): MqttError {
  return new MqttError(codesByKind[error.kind ?? ErrorKind.Other] ?? codesByFault[error.fault], error.text, {
    reasonCode: error.reasonCode,
  });
}

/** The Wasm module could not be started: `cause` is what the platform said. */
export function engineFailure(cause: unknown): MqttError {
  const said = messageOf(cause);
  const policy = /Content.Security.Policy|unsafe-eval/i.test(said)
    ? "; write script-src 'self' 'wasm-unsafe-eval'"
    : '';
  return new MqttError('ERR_MQTT_UNSUPPORTED', `WebAssembly could not be started: ${said}${policy}`, { cause });
}
