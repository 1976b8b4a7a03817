// What a client is measured at, in Node and in a page alike. `library` is wasmqtt or MQTT.js: they have the same surface.

// Another task, behind what the present one started.
const nextTask = globalThis.setImmediate ?? tasksOfMessageChannel();

function tasksOfMessageChannel() {
  const channel = new MessageChannel();
  const waiting = [];
  channel.port1.onmessage = () => waiting.shift()();
  return (task) => {
    waiting.push(task);
    channel.port2.postMessage(undefined);
  };
}

/** Messages a second, from the first to the last of those that feeder.mjs sends, up to the `message` callback. */
export async function receive(library, { url, messages }) {
  const client = await library.connectAsync(url);
  const seconds = await new Promise((resolve) => {
    let received = 0;
    let begin = 0;
    client.on('message', () => {
      if (received === 0) begin = performance.now();
      if (++received === messages) resolve((performance.now() - begin) / 1000);
    });
    client.subscribe('bench/#');
  });
  client.end(true);
  return messages / seconds;
}

/** The same by a bare WebSocket handler, which takes each frame's bytes and looks into none; `connect` and `subscribe` are the packets that it has to send. */
export async function receiveBare(_, { url, messages, perFrame, connect, subscribe }) {
  const socket = new WebSocket(url, 'mqtt');
  socket.binaryType = 'arraybuffer';
  const next = (event) => new Promise((resolve) => (socket[event] = resolve));
  await next('onopen');
  for (const packet of [connect, subscribe]) {
    socket.send(new Uint8Array(packet));
    await next('onmessage');
  }
  const seconds = await new Promise((resolve) => {
    let received = 0;
    let bytes = 0;
    let begin = 0;
    socket.onmessage = ({ data }) => {
      if (received === 0) begin = performance.now();
      bytes += new Uint8Array(data).length;
      if ((received += perFrame) === messages) resolve(bytes > 0 && (performance.now() - begin) / 1000);
    };
  });
  socket.close();
  return messages / seconds;
}

/** Messages a second that leave in bursts of a hundred, each burst in a task of its own. */
export async function publishBursts(library, { url, messages }) {
  const client = await library.connectAsync(url);
  const payload = new Uint8Array(32).fill(120);
  const begin = performance.now();
  await new Promise((resolve) => {
    let done = 0;
    const count = () => ++done === messages && resolve();
    let started = 0;
    const burst = () => {
      for (let i = 0; i < 100; ++i) client.publish('bench/device/1/value', payload, count);
      started += 100;
      if (started < messages) nextTask(burst);
    };
    burst();
  });
  const seconds = (performance.now() - begin) / 1000;
  await client.endAsync();
  return messages / seconds;
}

/** Messages a second that are acknowledged, a hundred of them on the way at any time. */
export async function publishAcknowledged(library, { url, messages }) {
  const client = await library.connectAsync(url);
  const begin = performance.now();
  await new Promise((resolve, reject) => {
    let started = 0;
    let done = 0;
    const next = (error) => {
      if (error) return reject(error);
      if (++done === messages) return resolve();
      if (started < messages) start();
    };
    const start = () => {
      ++started;
      client.publish('bench/device/1/value', 'x'.repeat(32), { qos: 1 }, next);
    };
    for (let i = 0; i < 100; ++i) start();
  });
  const seconds = (performance.now() - begin) / 1000;
  await client.endAsync();
  return messages / seconds;
}

/** Milliseconds from the call of connect() to the `connect` event, which follows the CONNACK. */
export async function connectOnce(library, { url }) {
  const begin = performance.now();
  const client = library.connect(url);
  await new Promise((resolve, reject) => client.on('connect', resolve).on('error', reject));
  const milliseconds = performance.now() - begin;
  client.end(true);
  return milliseconds;
}

/**
 * Messages a second that the `message` callback sees of what device.mjs publishes for the seconds given. The page tells the device
 * how far it is, so that the device has a bounded number of messages on the way, and none is dropped. `subprotocol`: whether the
 * server knows the WebSocket subprotocol `mqtt`.
 */
export async function receiveFromDevice(library, { url, seconds, subprotocol = true }) {
  const everySoMany = 500;
  const client = await library.connectAsync(
    url,
    subprotocol ? {} : { createWebsocket: (address) => new WebSocket(address) },
  );
  let received = 0;
  client.on('message', () => {
    if (++received % everySoMany === 0) client.publish('credit', String(received));
  });
  await client.subscribeAsync('device/#');
  client.publish('credit', '0');
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  await pause(1000);
  const [before, begin] = [received, performance.now()];
  await pause(seconds * 1000);
  const rate = (received - before) / ((performance.now() - begin) / 1000);
  client.end(true);
  return rate;
}
