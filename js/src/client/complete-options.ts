// connect()'s options -> options that are complete and make sense, with MQTT.js's defaults; and what the machine needs of
// them.
import { checkNumber, checkOptions, readMessage } from '../api/arguments.ts';
import type { ClientOptions, CompleteOptions } from '../api/client-options.ts';
import { badCall } from '../api/errors.ts';
import type { Will } from '../api/packets.ts';
import type { SessionStore } from '../api/session-store.ts';
import type { ClientMachineOptions } from '../engine/types.ts';
import { refuseUnkeptOptions } from './refused-options.ts';

const defaults = {
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  keepalive: 60,
  reconnectPeriod: 1000,
  reconnectMaxPeriod: 30_000,
  reconnectBackoff: 2,
  reconnectJitter: 0.2,
  reconnectOnConnackError: false,
  connectTimeout: 30_000,
  resubscribe: true,
  queueQoSZero: true,
  maximumFrameSize: 65_536,
  manualConnect: false,
} satisfies ClientOptions;

/** Eight random hexadecimal digits make collisions unlikely among one application's clients. */
export function randomClientId(): string {
  const random = globalThis.crypto.getRandomValues(new Uint32Array(1))[0]!;
  return `wasmqtt_${random.toString(16).padStart(8, '0')}`;
}

/** Fills in the defaults and refuses what makes no sense; an option that is undefined or null counts as absent. */
export function completeOptions(options: ClientOptions): CompleteOptions {
  checkOptions(options);
  const given = Object.fromEntries(
    Object.entries(options ?? {}).filter(([, value]) => value !== undefined && value !== null),
  );
  if (given['clean'] === false && !given['clientId']) {
    throw badCall(
      'Missing clientId for unclean clients: the session is kept under it; write { clean: false, clientId: "..." }',
    );
  }
  const complete: CompleteOptions = { ...defaults, clientId: randomClientId(), ...given };
  checkComplete(complete);
  return complete;
}

function checkComplete(options: CompleteOptions): void {
  refuseUnkeptOptions(options);
  if (![3, 4, 5, 'auto'].includes(options.protocolVersion)) {
    throw badCall(
      `protocolVersion ${String(options.protocolVersion)} does not exist: ` +
        "write 3 (MQTT 3.1), 4 (3.1.1), 5 (5.0) or 'auto' (5.0, or else 3.1.1)",
    );
  }
  checkNumber(options.keepalive, 'keepalive', 0, 65_535, 'seconds; 0 turns it off');
  checkNumber(options.reconnectPeriod, 'reconnectPeriod', 0, Infinity, 'milliseconds; 0 turns reconnecting off');
  checkNumber(options.reconnectMaxPeriod, 'reconnectMaxPeriod', 0, Infinity, 'milliseconds');
  checkNumber(options.reconnectBackoff, 'reconnectBackoff', 1, Infinity, '1 keeps the pause, 2 doubles it each time');
  checkNumber(options.reconnectJitter, 'reconnectJitter', 0, 1, 'a part of the pause');
  checkOptionalNumber(options.maximumQueuedMessages, 'maximumQueuedMessages', 'messages');
  checkOptionalNumber(options.maximumQueuedBytes, 'maximumQueuedBytes', 'bytes');
  checkOptionalNumber(options.subscribeBatchSize, 'subscribeBatchSize', 'topics; 0 is no limit');
  checkNumber(options.connectTimeout, 'connectTimeout', 1, Infinity, 'milliseconds');
  checkFrameSize(options.maximumFrameSize);
  if (!['MQTT', 'MQIsdp'].includes(options.protocolId)) {
    throw badCall(`protocolId "${String(options.protocolId)}" does not exist: write "MQTT", or "MQIsdp" for MQTT 3.1`);
  }
  checkTexts(options);
  checkSessionStore(options);
  const { customHandleAcks }: { customHandleAcks?: unknown } = options;
  if (customHandleAcks !== undefined && typeof customHandleAcks !== 'function') {
    throw badCall('customHandleAcks is no function: write customHandleAcks: (topic, message, packet, done) => ...');
  }
  if (options.will !== undefined) checkWill(options.will);
}

function checkTexts({ clientId, username, password }: CompleteOptions): void {
  if (typeof clientId !== 'string') throw badCall('clientId is not a string: write { clientId: "..." }');
  if (username !== undefined && typeof username !== 'string') {
    throw badCall('username is not a string: write { username: "..." }');
  }
  const isPassword = password === undefined || typeof password === 'string';
  if (!isPassword && !ArrayBuffer.isView(password)) {
    throw badCall('password is neither a string nor a Uint8Array: write { password: "..." }');
  }
}

function checkSessionStore({ sessionStore, clean }: CompleteOptions): void {
  if (sessionStore === undefined) return;
  if (typeof sessionStore !== 'object' || typeof sessionStore.read !== 'function') {
    throw badCall('sessionStore is no store: write indexedDbStore("..."), fileStore("..."), or { read, write }');
  }
  if (clean)
    throw badCall('sessionStore keeps the session that clean: true drops: write { clean: false, clientId: "..." }');
}

/** Where the session is kept, if it is to outlive the client. */
export function storeOf({ sessionStore, outgoingStore, incomingStore }: ClientOptions): SessionStore | undefined {
  return sessionStore ?? outgoingStore ?? incomingStore;
}

function checkOptionalNumber(value: number | null | undefined, name: string, meaning: string): void {
  if (value !== undefined && value !== null) checkNumber(value, name, 0, Infinity, meaning);
}

function checkFrameSize(size: number): void {
  checkNumber(size, 'maximumFrameSize', 128, 0xffff_ffff, 'bytes');
  if (!Number.isInteger(size)) throw badCall(`maximumFrameSize is ${size}: write a whole number of bytes`);
}

function checkWill(will: Will): void {
  if (typeof will !== 'object' || typeof will.topic !== 'string' || will.topic === '') {
    throw badCall('the will has no topic: write { will: { topic: "...", payload: "..." } }');
  }
  if (![0, 1, 2].includes(will.qos ?? 0)) throw badCall(`the will's qos is ${String(will.qos)}: write 0, 1 or 2`);
  readMessage(will.payload);
}

/** Whether what only 5.0 has can be asked for; with 'auto' it is left out where the server does not speak 5.0. */
export function maySpeak5({ protocolVersion }: CompleteOptions): boolean {
  return protocolVersion === 5 || protocolVersion === 'auto';
}

// More would hardly be busy; the server's own maximum is mostly lower.
const automaticAliases = 256;

export function machineOptionsOf(options: CompleteOptions): ClientMachineOptions {
  return {
    reconnect: options.reconnectPeriod > 0,
    initialReconnectDelay: options.reconnectPeriod,
    maximumReconnectDelay: Math.max(options.reconnectMaxPeriod, options.reconnectPeriod),
    reconnectFactor: options.reconnectBackoff,
    reconnectJitter: options.reconnectJitter,
    connectTimeout: options.connectTimeout,
    fallsBack: options.protocolVersion === 'auto',
    resubscribe: options.resubscribe,
    subscribeBatchSize: options.subscribeBatchSize ?? 0,
    queueQosZero: options.queueQoSZero,
    maximumAutomaticTopicAliases: options.autoAssignTopicAlias || options.autoUseTopicAlias ? automaticAliases : 0,
    maximumQueuedMessages: options.maximumQueuedMessages,
    maximumQueuedBytes: options.maximumQueuedBytes,
  };
}
