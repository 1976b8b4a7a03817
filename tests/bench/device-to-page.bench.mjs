// Device over TCP -> server -> page in headless Chromium: messages of 32 bytes that the page's `message` callback sees. wasmqtt
// all the way against mosquitto's WebSocket listener with MQTT.js in the page.
import { MqttClient } from 'mqtt';

import { startChromium } from './chromium.mjs';
import { compare, report } from './harness.mjs';
import { startDevice, startMosquitto, startWasmqttServer } from './servers.mjs';

const seconds = Number(process.env.BENCH_SECONDS ?? 4);
const [chromium, ours, theirs] = [await startChromium(), await startWasmqttServer(), await startMosquitto()];
console.log(chromium.version);

const through = (server, library) => async () => {
  const device = await startDevice(server);
  try {
    return await chromium.run(library, 'receiveFromDevice', {
      url: `ws://127.0.0.1:${server.webSocketPort}/mqtt`,
      seconds,
    });
  } finally {
    await device.stop();
  }
};

try {
  report([
    await compare('device over TCP -> server -> page in Chromium, 32 bytes', {
      unit: 'messages/s',
      ours: { name: 'wasmqtt', measure: through(ours, 'wasmqtt') },
      theirs: { name: `${theirs.version} + MQTT.js ${MqttClient.VERSION}`, measure: through(theirs, 'mqttjs') },
    }),
    await compare('the same, wasmqtt-server with either library in the page', {
      unit: 'messages/s',
      ours: { name: 'wasmqtt', measure: through(ours, 'wasmqtt') },
      theirs: { name: `wasmqtt-server + MQTT.js ${MqttClient.VERSION}`, measure: through(ours, 'mqttjs') },
    }),
  ]);
} finally {
  await chromium.stop();
  await ours.stop();
  await theirs.stop();
}
