// `wasmqtt` in a browser (a page, a worker): MQTT over WebSocket.
import * as mqtt from './in-browser.ts';

export * from './in-browser.ts';
/** As `import mqtt from 'mqtt'` has it: its values, and its types (`mqtt.MqttClient`). */
export default mqtt;
