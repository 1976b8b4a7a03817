#!/usr/bin/env node
// Publishes one message over MQTT.
import { parseArgs } from 'node:util';
import { connectAsync } from 'wasmqtt';

const USAGE = `usage: node main.js [--url URL] [--retain] TOPIC MESSAGE

Publishes one message at QoS 1 and ends.

  --url URL   the MQTT server (default mqtt://127.0.0.1:1883)
  --retain    the server keeps the message for those who subscribe later
`;

/** @type {{ values: { url: string, retain: boolean, help: boolean }, positionals: string[] }} */
let given;
try {
  given = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
      retain: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (!given.values.help && given.positionals.length !== 2) throw new Error('give a topic and a message');
} catch (error) {
  fail(2, `${error instanceof Error ? error.message : error}\n\n${USAGE}`);
}
const { url, retain, help } = given.values;
if (help) {
  process.stdout.write(USAGE);
} else {
  const [topic = '', message = ''] = given.positionals;
  try {
    const client = await connectAsync(url, { reconnectPeriod: 0 }, false);
    await client.publishAsync(topic, message, { qos: 1, retain });
    await client.endAsync();
  } catch (error) {
    fail(1, `${url}: ${error instanceof Error ? error.message : error}\n`);
  }
}

/**
 * @param {number} exitCode
 * @param {string} text
 * @returns {never}
 */
function fail(exitCode, text) {
  process.stderr.write(`publish: ${text}`);
  process.exit(exitCode);
}
