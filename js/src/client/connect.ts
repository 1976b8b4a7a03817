// connect() and connectAsync() for a place that can open certain transports.
import type { Protocol } from '../api/client-options.ts';
import { badCall, MqttError } from '../api/errors.ts';
import type { CloseInfo } from '../api/transport.ts';
import { Engine } from '../engine/engine.ts';
import type { ModuleSource } from '../engine/load.ts';
import type { OpenTransport } from '../transport/attempt.ts';
import type { DialClient } from './attempts.ts';
import { type ClientOptions, MqttClient } from './client.ts';
import { readArguments } from './connect-arguments.ts';

/** What a place (a browser, Node) has to offer. */
export interface Environment {
  /** The Wasm module that runs the clients; all of them in one engine, made when it is first needed. */
  readonly module: ModuleSource;
  /** By protocol; the first is what messages suggest. */
  readonly transports: Partial<Record<Protocol, OpenTransport>>;
  /** The page's address, in a browser. */
  base(): URL | undefined;
}

export interface Connect {
  connect(url: string, options?: ClientOptions): MqttClient;
  connect(options: ClientOptions): MqttClient;
  /**
   * Resolves when the client is connected; rejects, and ends the client, on the first error; and when the first
   * attempt fails, if `allowRetries` is false.
   */
  connectAsync(url: string, options?: ClientOptions, allowRetries?: boolean): Promise<MqttClient>;
  connectAsync(options: ClientOptions): Promise<MqttClient>;
}

export function makeConnect(environment: Environment): Connect {
  const protocols = Object.keys(environment.transports) as Protocol[];
  let engine: Engine | undefined;

  function connect(url: string | ClientOptions, options?: ClientOptions): MqttClient {
    const read = readArguments(url, options, { protocols, base: environment.base() });
    if (engine === undefined || engine.hasStopped) engine = new Engine(environment.module);
    return new MqttClient(engine, read, makeDial(environment.transports));
  }

  function connectAsync(
    url: string | ClientOptions,
    options?: ClientOptions,
    allowRetries = true,
  ): Promise<MqttClient> {
    return connected(() => connect(url, options), allowRetries);
  }

  return { connect, connectAsync };
}

/** A promise of what `start` made, connected. */
export function connected(start: () => MqttClient, allowRetries: boolean): Promise<MqttClient> {
  return new Promise((resolve, reject) => {
    const client = start();
    const succeed = (): void => {
      stopListening();
      resolve(client);
    };
    const fail = (error: Error): void => {
      stopListening();
      client.end();
      reject(error);
    };
    const closed = (close: CloseInfo): void => {
      const why = close.reason === '' ? '' : `: ${close.reason}`;
      if (!allowRetries) fail(new MqttError('ERR_MQTT_TRANSPORT', `Couldn't connect to server${why}`, { close }));
    };
    const stopListening = (): void => {
      client.off('connect', succeed).off('end', succeed).off('error', fail).off('close', closed);
    };
    client.on('connect', succeed).on('end', succeed).on('error', fail).on('close', closed);
  });
}

const defaultPorts: Record<Protocol, number> = {
  ws: 80,
  wss: 443,
  mqtt: 1883,
  tcp: 1883,
  mqtts: 8883,
  ssl: 8883,
  tls: 8883,
};

function makeDial(transports: Environment['transports']): DialClient {
  return (client, attempt, server) => {
    const { options } = client;
    const protocol = server?.protocol ?? options.protocol ?? 'ws';
    const port = server === undefined ? options.port : server.port;
    const host = server?.host ?? options.hostname ?? options.host ?? 'localhost';
    const open = transports[protocol];
    if (open === undefined) throw badCall(`Unknown protocol "${protocol}" in the option servers`);
    return open({ protocol, host, port: port || defaultPorts[protocol] }, client, attempt);
  };
}
