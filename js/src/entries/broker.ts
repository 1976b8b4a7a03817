// `wasmqtt/broker` in a browser: a whole broker, and all that `wasmqtt` is, in one Wasm module.
import { brokerModule } from '../broker/broker-module.ts';
import { connectInBrowser } from './connect-in-browser.ts';

export const { connect, connectAsync } = connectInBrowser(brokerModule);
export * from '../broker/create-broker.ts';
export * from './exports.ts';
