// What `wasmqtt` is in a browser.
import { clientModule } from '../client/client-module.ts';
import { connectInBrowser } from './connect-in-browser.ts';

export const { connect, connectAsync } = connectInBrowser(clientModule);
export * from './exports.ts';
