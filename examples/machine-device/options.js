// Turns the command line into the device's options.
import { parseArgs } from 'node:util';

export const USAGE = `usage: node main.js [--url URL] [--topic TOPIC] [--interval MILLISECONDS]

Publishes this machine's CPU, memory, network, disk and load figures over MQTT until it is told to stop (Ctrl-C).

  --url URL          the MQTT server (default mqtt://127.0.0.1:1883)
  --topic TOPIC      publish below this topic (default machine/<host name>)
  --interval NUMBER  milliseconds between two samples (default 100)
`;

/** @typedef {{ help: true } | { help: false, url: string, topic: string, interval: number }} Options */

/**
 * Throws an Error with a sentence for the user when the command line makes no sense.
 * @param {string[]} args
 * @param {string} defaultTopic
 * @returns {Options}
 */
export function parseOptions(args, defaultTopic) {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      url: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
      topic: { type: 'string', default: defaultTopic },
      interval: { type: 'string', default: '100' },
    },
  });
  if (values.help) return { help: true };
  const interval = Number(values.interval);
  if (!Number.isInteger(interval) || interval < 10 || interval > 86_400_000) {
    throw new Error(`--interval ${values.interval}: give a whole number of milliseconds from 10 to 86400000`);
  }
  if (!URL.canParse(values.url)) throw new Error(`--url ${values.url}: give an address such as mqtt://127.0.0.1:1883`);
  if (values.topic === '' || /[+#\0]/.test(values.topic)) {
    throw new Error(`--topic ${values.topic}: give a topic name; + and # stand for others and cannot be part of one`);
  }
  return { help: false, url: values.url, topic: values.topic, interval };
}
