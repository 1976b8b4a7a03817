import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import net from 'node:net';
import { createBroker, type Broker, type PublishPacket } from 'wasmqtt/broker';
import { startDevice } from '../../../examples/machine-device/device.js';
import { MachineFigures } from '../../../examples/machine-device/machine-figures.js';

const STATUS = 'machine/test/status';

interface Said {
  topic: string;
  text: string;
  qos: number;
  retain: boolean;
}

// A broker behind a TCP port that can be cut off from its clients.
class TestServer {
  readonly said: Said[] = [];
  readonly #broker: Broker = createBroker();
  readonly #sockets = new Set<net.Socket>();
  readonly #listener = net.createServer((socket) => {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    this.#broker.handle(socket);
  });
  #heard: () => void = () => undefined;

  async start(port = 0): Promise<number> {
    this.#broker.on('publish', (_: string, { topic, payload, qos, retain }: PublishPacket) => {
      this.said.push({ topic, text: payload.toString(), qos, retain });
      this.#heard();
    });
    this.#listener.listen(port, '127.0.0.1');
    await once(this.#listener, 'listening');
    return (this.#listener.address() as net.AddressInfo).port;
  }

  /** The first message, past or to come, that fits. */
  async hears(fits: (message: Said) => boolean): Promise<Said> {
    for (;;) {
      const message = this.said.find(fits);
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => (this.#heard = resolve));
    }
  }

  cutOff(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async stop(): Promise<void> {
    this.#listener.close();
    this.cutOff();
    await this.#broker.close();
  }
}

let server: TestServer;
let device: ReturnType<typeof startDevice>;
let log: string[];

beforeEach(async () => {
  server = new TestServer();
  log = [];
  const port = await server.start();
  device = startDevice({
    url: `mqtt://127.0.0.1:${port}`,
    topic: 'machine/test',
    interval: 10,
    figures: new MachineFigures((name) => (name === 'loadavg' ? '0.5 0.25 0.125 1/100 42\n' : undefined)),
    hostname: 'a-machine',
    log: (line) => log.push(line),
  });
});

afterEach(async () => {
  await device.stop();
  await server.stop();
});

it('says online and the facts, retained, and then its figures', async () => {
  expect(await server.hears(({ topic }) => topic === STATUS)).toMatchObject({ text: 'online', qos: 1, retain: true });
  expect(await server.hears(({ topic }) => topic === 'machine/test/about/hostname')).toMatchObject({
    text: 'a-machine',
    qos: 1,
    retain: true,
  });
  expect(await server.hears(({ topic }) => topic === 'machine/test/load')).toMatchObject({ qos: 0, retain: false });
});

it('says offline, retained, before it goes', async () => {
  await server.hears(({ text }) => text === 'online');
  await device.stop();
  expect(server.said.at(-1)).toEqual({ topic: STATUS, text: 'offline', qos: 1, retain: true });
});

it('connects again by itself and says online again', async () => {
  await server.hears(({ text }) => text === 'online');
  server.said.length = 0;
  server.cutOff();
  expect(await server.hears(({ text }) => text === 'online')).toMatchObject({ topic: STATUS, retain: true });
  expect(log.map((line) => line.split(' ')[0])).toEqual(['connected', 'no', 'connected']);
});

it('stops at once when there is no connection to say good-bye on', async () => {
  await server.hears(({ text }) => text === 'online');
  await server.stop();
  await device.stop();
});
