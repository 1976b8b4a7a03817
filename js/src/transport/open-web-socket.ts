// The URL, the subprotocol and the WebSocket that a client's options ask for.
import type { ClientOptions } from '../api/client-options.ts';
import { MqttError } from '../api/errors.ts';
import type { Transport, WebSocketLike } from '../api/transport.ts';
import type { OpenTransport, Target } from './attempt.ts';
import { WebSocketTransport } from './web-socket.ts';

type CreateWebSocket = (url: string, subprotocols: string[], options: ClientOptions) => WebSocketLike;

/** `create` makes the WebSocket, and `binaryType` suits it best, unless the option createWebsocket makes another. */
export function webSocketOpener(create: CreateWebSocket, binaryType = 'arraybuffer'): OpenTransport {
  return (target, client, attempt) => {
    const { options } = client;
    const given = urlOf(target, options);
    // [MQTT-6.0.0-3]
    const subprotocol = options.protocolId === 'MQIsdp' || options.protocolVersion === 3 ? 'mqttv3.1' : 'mqtt';
    const transformed = options.transformWsUrl?.(given, options, client) ?? given;
    const created = attempt.after(transformed, (url) =>
      (options.createWebsocket ?? create)(url, [subprotocol], options),
    );
    const transportOf = (socket: WebSocketLike): Transport => {
      checkWebSocket(socket);
      const ofOwn = options.createWebsocket === undefined;
      const kind = ofOwn ? binaryType : 'arraybuffer';
      return new WebSocketTransport(socket, kind, options.maximumFrameSize, attempt.handlers);
    };
    return attempt.after(created, transportOf, (socket) => transportOf(socket).destroy());
  };
}

function checkWebSocket(socket: Partial<WebSocketLike> | undefined): void {
  if (typeof socket?.send === 'function') return;
  throw new MqttError(
    'ERR_MQTT_BAD_CALL',
    'createWebsocket answered no WebSocket: write createWebsocket: (url, protocols) => new WebSocket(url, protocols)',
  );
}

function urlOf({ protocol, host, port }: Target, { path = '/' }: ClientOptions): string {
  const bracketed = host.includes(':') ? `[${host}]` : host;
  return `${protocol}://${bracketed}:${port}${path.startsWith('/') ? path : `/${path}`}`;
}
