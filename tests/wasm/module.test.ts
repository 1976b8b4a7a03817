import { describe, expect, it } from '@jest/globals';

import { instantiate } from '../../js/src/engine/load.ts';
import type { ModuleSource } from '../../js/src/engine/load.ts';
import { brokerModule, clientModule } from '../js/engine/machines.ts';

// The functions that the glue would hand to the module, by the names they have there.
async function importedNames(source: ModuleSource): Promise<string[]> {
  const module = await WebAssembly.compile((await source.wasm()) as BufferSource);
  const names: string[] = [];
  await new Promise<void>((resolve, reject) => {
    source
      .createModule({
        instantiateWasm: (imports) => {
          for (const { module: namespace, name, kind } of WebAssembly.Module.imports(module)) {
            const value = imports[namespace]?.[name];
            names.push(kind === 'function' ? (value as () => void).name : `${kind} ${name}`);
          }
          resolve();
          return {};
        },
      })
      .catch(reject);
  });
  return names;
}

// Embind's declarations, growing memory, and the end of the program: no clock, no file, no random numbers, nothing to print with.
const allowed = /^_*(embind_register_\w+|abort|abort_js|emscripten_memcpy_\w+|emscripten_resize_heap|setTempRet0)$/;

describe.each([
  ['client', clientModule],
  ['broker', brokerModule],
])('the %s module', (_, source) => {
  it('imports nothing but what we list', async () => {
    const names = await importedNames(source);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !allowed.test(name))).toEqual([]);
  });

  it('begins with one MiB of memory of its own for each instance', async () => {
    const [one, two] = [await instantiate(source), await instantiate(source)];
    expect(one.memory).not.toBe(two.memory);
    expect(one.memory.buffer.byteLength).toBe(1024 * 1024);
  });

  it('waits for nothing when there is nothing to wait for', async () => {
    const { machines } = await instantiate(source);
    machines.reserve(16);
    expect(machines.step(0, 0)).toBe(Infinity);
  });

  it('gives back the memory of large blocks', async () => {
    const { machines, memory } = await instantiate(source);
    for (let i = 0; i < 200; ++i) {
      machines.reserve(1024 * 1024);
      machines.reserve(16);
    }
    expect(memory.buffer.byteLength).toBeLessThan(4 * 1024 * 1024);
  });
});
