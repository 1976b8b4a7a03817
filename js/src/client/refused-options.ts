// Options of MQTT.js that promise an application something which this package would not keep -> an Error that says
// what to write instead. Those that promise nothing beyond speed or taste are ignored; docs/migrating-from-mqttjs.md
// lists all.
import { MqttError } from '../api/errors.ts';
import { Store } from '../api/session-store.ts';

const stores =
  "stores are made for this package: write sessionStore: indexedDbStore('...'), fileStore('...') or { read, write }";

/** By option: what to do instead. */
const refusals: Readonly<Record<string, string>> = {
  authPacket:
    'an AUTH right behind CONNECT, which no server has asked for, is none that MQTT knows: put authenticationMethod ' +
    'and authenticationData into properties, override client.handleAuth, and later call client.reauthenticate()',
  messageIdProvider:
    'packet identifiers are given by the client itself, never the same one to two operations at once: leave it out',
  socksProxy: 'no connection goes through a proxy: with createWebsocket, make a WebSocket that does',
  unixSocket: 'there are no Unix domain sockets: use mqtt:// or ws://',
};

const timers = 'timers are those of the environment: write "native", or leave it out';

/** Throws if the options hold one of these; false, null and undefined are as good as nothing. */
export function refuseUnkeptOptions(options: object): void {
  for (const [name, instead] of Object.entries(refusals)) {
    if (isGiven((options as Record<string, unknown>)[name])) throw refusal(name, instead);
  }
  const { incomingStore, outgoingStore } = options as { incomingStore?: unknown; outgoingStore?: unknown };
  for (const [name, store] of Object.entries({ incomingStore, outgoingStore })) {
    if (isGiven(store) && !(store instanceof Store)) throw refusal(name, stores);
  }
  const { timerVariant } = options as { timerVariant?: unknown };
  if (isGiven(timerVariant) && timerVariant !== 'auto' && timerVariant !== 'native') {
    throw refusal('timerVariant', timers);
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

function refusal(name: string, instead: string): MqttError {
  return new MqttError('ERR_MQTT_UNSUPPORTED', `the option ${name} is not supported: ${instead}`);
}
