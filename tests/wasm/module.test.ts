import { describe, expect, it } from '@jest/globals';

import { instantiate } from '../../js/src/engine/load.ts';
import { StepExchange } from '../../js/src/engine/module.ts';
import { brokerModule, clientModule } from '../js/engine/machines.ts';

describe.each([
  ['client', clientModule],
  ['broker', brokerModule],
])('the %s module', (_, source) => {
  it('imports no clock, no file, no random numbers, and nothing to print with', async () => {
    const module = await WebAssembly.compile((await source.wasm()) as BufferSource);
    const namespaces = new Set(WebAssembly.Module.imports(module).map((item) => item.module));
    expect([...namespaces]).toEqual(['a']);
  });

  it('begins with one MiB of memory of its own for each instance', async () => {
    const [one, two] = [await instantiate(source), await instantiate(source)];
    expect(one.results().buffer).not.toBe(two.results().buffer);
    expect(one.results().buffer.byteLength).toBe(1024 * 1024);
  });

  it('waits for nothing when there is nothing to wait for', async () => {
    const machines = await instantiate(source);
    machines.reserve(16);
    machines.step();
    expect(machines.stepExchange()[StepExchange.deadline]).toBe(Infinity);
  });

  it('gives back the memory of large blocks', async () => {
    const machines = await instantiate(source);
    for (let i = 0; i < 200; ++i) {
      machines.reserve(1024 * 1024);
      machines.reserve(16);
    }
    expect(machines.results().buffer.byteLength).toBeLessThan(4 * 1024 * 1024);
  });
});
