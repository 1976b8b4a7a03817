// The file that a session is in: what is read back, whatever the process was doing when it was killed.
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileStore, type SessionStore } from 'wasmqtt/file-store';

let folder: string;
let path: string;
let stores: SessionStore[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wasmqtt-file-store-'));
  path = join(folder, 'session');
});

afterEach(async () => {
  for (const store of stores) await store.close?.();
  stores = [];
  await rm(folder, { recursive: true });
});

async function opened(): Promise<{ store: SessionStore; records: Record<string, string> }> {
  const store = fileStore(path);
  stores.push(store);
  const records = Object.fromEntries(Array.from(await store.read(), ([key, value]) => [key, String(value)]));
  return { store, records };
}

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

describe('a file store', () => {
  it('is empty when there is no file', async () => {
    expect((await opened()).records).toEqual({});
  });

  it('has what was put and not taken away', async () => {
    const { store } = await opened();
    await store.write([
      { key: '31', value: bytes(1, 2) },
      { key: '32', value: bytes() },
    ]);
    await store.write([
      { key: '31', value: bytes(3, 255) },
      { key: '32', value: undefined },
      { key: '33', value: bytes(4) },
    ]);
    expect((await opened()).records).toEqual({ 31: '3,255', 33: '4' });
  });

  it('has all of a write or nothing of it, wherever the process was killed', async () => {
    const { store } = await opened();
    await store.write([{ key: '31', value: bytes(1) }]);
    const before = await readFile(path);
    await store.write([
      { key: '31', value: bytes(2) },
      { key: '32', value: bytes(2) },
    ]);
    const after = await readFile(path);
    for (let length = before.length; length < after.length; ++length) {
      await writeFile(path, after.subarray(0, length));
      expect((await opened()).records).toEqual({ 31: '1' });
    }
    await writeFile(path, after);
    expect((await opened()).records).toEqual({ 31: '2', 32: '2' });
  });

  it('goes on behind what was cut off', async () => {
    const { store } = await opened();
    await store.write([{ key: '31', value: bytes(1) }]);
    await store.close?.();
    await appendFile(path, '[["32"');
    const next = await opened();
    await next.store.write([{ key: '33', value: bytes(3) }]);
    expect((await opened()).records).toEqual({ 31: '1', 33: '3' });
  });

  it('does not grow with what is not there any more', async () => {
    const { store } = await opened();
    const value = new Uint8Array(100_000);
    for (let count = 0; count < 40; ++count) await store.write([{ key: '31', value }]);
    await store.write([{ key: '31', value: undefined }]);
    expect((await stat(path)).size).toBeLessThan(2 * 1024 * 1024);
    await opened();
    expect((await stat(path)).size).toBe(0);
  });

  it('says that a file is none of its own, and leaves it as it is', async () => {
    await writeFile(path, 'dear diary\n');
    await expect(opened()).rejects.toThrow(/is no session's file, or is damaged: remove it/);
    expect(await readFile(path, 'utf8')).toBe('dear diary\n');
  });

  it('is not made without a path', () => {
    expect(() => fileStore('')).toThrow('write fileStore("path/to/file")');
  });
});
