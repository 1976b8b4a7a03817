// Turns a machine's figures into MQTT: connects, says `online`, publishes until told to stop, and says `offline` at the end.
import { connect } from 'wasmqtt';

/** @typedef {import('./machine-figures.js').MachineFigures} MachineFigures */

/** How long a good-bye may take when the server does not answer any more, in milliseconds. */
const GOODBYE_LIMIT = 1000;
const RECONNECT_PERIOD = 1000;

/**
 * Throws when `url` is none that can be connected to.
 * @param {object} options
 * @param {string} options.url  Such as mqtt://127.0.0.1:1883
 * @param {string} options.topic  All topics are below this one.
 * @param {number} options.interval  Milliseconds between two samples.
 * @param {MachineFigures} options.figures
 * @param {string} options.hostname
 * @param {(line: string) => void} options.log
 * @returns {{ stop(): Promise<void> }}
 */
export function startDevice({ url, topic, interval, figures, hostname, log }) {
  const status = `${topic}/status`;
  const client = connect(url, {
    reconnectPeriod: RECONNECT_PERIOD,
    // Nobody is there to start the device again once the server has changed its mind.
    reconnectOnConnackError: true,
    // Said by the server, should this device vanish without a good-bye.
    will: { topic: status, payload: 'offline', qos: 1, retain: true },
  });

  let trouble = '';
  let isLost = false;
  client.on('connect', () => {
    isLost = false;
    log(`connected to ${url}, publishing below ${topic}/`);
    client.publish(status, 'online', { qos: 1, retain: true });
    for (const { topic: fact, payload } of figures.facts(hostname))
      client.publish(`${topic}/${fact}`, payload, { qos: 1, retain: true });
  });
  client.on('error', (error) => {
    trouble = error.message;
  });
  client.on('close', () => {
    if (!isLost) log(`no connection to ${url}${trouble && `: ${trouble}`}; trying until it comes back`);
    isLost = true;
  });

  const timer = setInterval(() => {
    // A figure is worth nothing once the next one is there, so none waits for a connection.
    const messages = figures.sample(performance.now());
    if (client.connected)
      for (const { topic: figure, payload } of messages) client.publish(`${topic}/${figure}`, payload);
  }, interval);

  return {
    async stop() {
      clearInterval(timer);
      client.removeAllListeners('close');
      if (client.connected) {
        // A DISCONNECT withdraws the will, so the device says itself that it goes.
        await orAfter(GOODBYE_LIMIT, client.publishAsync(status, 'offline', { qos: 1, retain: true }));
      }
      await orAfter(GOODBYE_LIMIT, client.endAsync());
    },
  };
}

/**
 * Waits for the promise, whatever becomes of it, but no longer than that many milliseconds.
 * @param {number} limit
 * @param {Promise<unknown>} promise
 */
async function orAfter(limit, promise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, limit);
  });
  await Promise.race([promise.catch(() => undefined), timeout]);
  clearTimeout(timer);
}
