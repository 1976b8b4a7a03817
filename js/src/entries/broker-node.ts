// `wasmqtt/broker` in Node: a whole broker, and all that `wasmqtt` is, in one Wasm module.
import { brokerModule } from '../broker/broker-module.ts';
import { connectInNode } from './connect-in-node.ts';

export const { connect, connectAsync } = connectInNode(brokerModule);
export * from '../broker/create-broker.ts';
export * from './exports.ts';
