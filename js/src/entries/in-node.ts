// What `wasmqtt` is in Node.
import { clientModule } from '../client/client-module.ts';
import { connectInNode } from './connect-in-node.ts';

export const { connect, connectAsync } = connectInNode(clientModule);
export * from './exports.ts';
