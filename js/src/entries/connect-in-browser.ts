// connect() in a browser (a page, a worker): MQTT over WebSocket.
import { MqttError } from '../api/errors.ts';
import { type Connect, makeConnect } from '../client/connect.ts';
import type { ModuleSource } from '../engine/load.ts';
import { webSocketOpener } from '../transport/open-web-socket.ts';

const openWebSocket = webSocketOpener((url, subprotocols) => {
  if (typeof WebSocket === 'undefined')
    throw new MqttError('ERR_MQTT_UNSUPPORTED', 'there is no WebSocket here: pass one with the option createWebsocket');
  return new WebSocket(url, subprotocols);
});

export function connectInBrowser(module: ModuleSource): Connect {
  return makeConnect({ module, transports: { ws: openWebSocket, wss: openWebSocket }, base: pageAddress });
}

// A page without an address of its own (about:blank, a blob worker) has nothing that a path could be relative to.
function pageAddress(): URL | undefined {
  if (typeof location === 'undefined' || !location.protocol.startsWith('http')) return undefined;
  return new URL(location.href);
}
