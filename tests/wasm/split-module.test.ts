// The two forms in which the package carries one module.
import { describe, expect, it } from '@jest/globals';

import { patched } from '../../js/src/broker/patched-module.ts';
import { brokerModule, clientModule, splitModules } from '../js/engine/machines.ts';

const { client, patch } = splitModules;

/** What a module exports and imports, by name. */
async function shapeOf(bytes: Uint8Array<ArrayBuffer>): Promise<object> {
  const module = await WebAssembly.compile(bytes);
  return { exports: WebAssembly.Module.exports(module), imports: WebAssembly.Module.imports(module) };
}

describe("the client's part of the module", () => {
  it('is less than three fifths of the whole', () => {
    expect(client.length).toBeLessThan(0.6 * patched(client, patch).length);
  });

  it('imports and exports what the whole does, because one glue serves both', async () => {
    expect(await shapeOf(client)).toEqual(await shapeOf(patched(client, patch)));
  });

  it('has no broker', async () => {
    const { instantiate } = await import('../../js/src/engine/load.ts');
    const module = await instantiate(clientModule);
    module.bindBroker();
    expect('createBroker' in module).toBe(false);
  });

  it('becomes the whole by the patch', async () => {
    const { instantiate } = await import('../../js/src/engine/load.ts');
    const module = await instantiate(brokerModule);
    module.bindBroker();
    expect('createBroker' in module).toBe(true);
  });

  it('leaves out no text that a client tells', () => {
    const text = Buffer.from(client).toString('latin1');
    for (const told of ['connack timeout', 'Keepalive timeout', 'Connection closed', 'an HTTP server answers there'])
      expect(text).toContain(told);
    expect(text).not.toContain('publishesReceived');
    expect(Buffer.from(patched(client, patch)).toString('latin1')).toContain('publishesReceived');
  });
});
