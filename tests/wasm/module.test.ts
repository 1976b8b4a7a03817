import { describe, expect, it } from '@jest/globals';

import { instantiate } from '../../js/src/engine/load.ts';
import { brokerModule, clientModule } from '../js/engine/machines.ts';

// To tell that memory has grown, and to end the program: no clock, no file, no random numbers, nothing to print with.
const allowed = ['env.emscripten_notify_memory_growth', 'wasi_snapshot_preview1.proc_exit'];

describe.each([
  ['client', clientModule],
  ['broker', brokerModule],
])('the %s module', (_, source) => {
  it('imports nothing but what we list', async () => {
    const module = await WebAssembly.compile((await source.wasm()) as BufferSource);
    const names = WebAssembly.Module.imports(module).map(({ module: namespace, name }) => `${namespace}.${name}`);
    expect(names.filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it('begins with one MiB of memory of its own for each instance', async () => {
    const [one, two] = [await instantiate(source), await instantiate(source)];
    expect(one.memory).not.toBe(two.memory);
    expect(one.memory.buffer.byteLength).toBe(1024 * 1024);
  });

  it('waits for nothing when there is nothing to wait for', async () => {
    const machines = await instantiate(source);
    machines.reserve(16);
    expect(machines.step(0, 0)).toBe(Infinity);
  });

  it('gives back the memory of large blocks', async () => {
    const machines = await instantiate(source);
    for (let i = 0; i < 200; ++i) {
      machines.reserve(1024 * 1024);
      machines.reserve(16);
    }
    expect(machines.memory.buffer.byteLength).toBeLessThan(4 * 1024 * 1024);
  });
});
