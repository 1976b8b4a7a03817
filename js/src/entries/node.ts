// `wasmqtt` in Node: MQTT over TCP, TLS and WebSocket.
import * as mqtt from './in-node.ts';

export * from './in-node.ts';
/** As `import mqtt from 'mqtt'` has it: its values, and its types (`mqtt.MqttClient`). */
export default mqtt;
