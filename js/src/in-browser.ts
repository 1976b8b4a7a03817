// What `wasmqtt` is in a browser (a page, a worker): MQTT over WebSocket.
import { clientModule } from './client-module.ts';
import { makeConnect } from './connect.ts';
import { Engine } from './engine/engine.ts';
import { MqttError } from './errors.ts';
import { webSocketOpener } from './transport/open-web-socket.ts';

let engine: Engine | undefined;

const openWebSocket = webSocketOpener((url, subprotocols) => {
  if (typeof WebSocket === 'undefined')
    throw new MqttError('ERR_MQTT_UNSUPPORTED', 'there is no WebSocket here: pass one with the option createWebsocket');
  return new WebSocket(url, subprotocols);
});

export const { connect, connectAsync } = makeConnect({
  engine: () => (engine ??= new Engine(clientModule)),
  transports: { ws: openWebSocket, wss: openWebSocket },
  base: pageAddress,
});

// A page without an address of its own (about:blank, a blob worker) has nothing that a path could be relative to.
function pageAddress(): URL | undefined {
  if (typeof location === 'undefined' || !location.protocol.startsWith('http')) return undefined;
  return new URL(location.href);
}

export * from './exports.ts';
