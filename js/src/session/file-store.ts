// A client's session in a file, kept over the end of a Node process and of its machine.
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

import type { SessionChange, SessionStore } from '../api/session-store.ts';

export type { SessionChange, SessionStore } from '../api/session-store.ts';

// A file that is so many times what it holds, and not small, is written anew when it is opened or has grown to that.
const largestWaste = 4;
const smallestWaste = 1024 * 1024;

/** The file at `path`, made when it is not there; its folder must be. For one client of one process at a time. */
export function fileStore(path: string): SessionStore {
  if (typeof path !== 'string' || path === '') throw new TypeError('write fileStore("path/to/file")');
  return new FileStore(path);
}

/**
 * Lines, each the JSON of what one write() has put (key, Base64) and taken away (key): what the process was writing when
 * it was killed is no whole line, and as if it had not begun.
 */
class FileStore implements SessionStore {
  readonly #path: string;
  #file: FileHandle | undefined;
  #records = new Map<string, string>();
  #bytes = 0;
  #isTorn = false;

  constructor(path: string) {
    this.#path = path;
  }

  async read(): Promise<Iterable<readonly [string, Uint8Array]>> {
    await this.close();
    this.#records = parse(await readFile(this.#path, 'latin1').catch(emptyIfMissing), this.#path);
    await this.#writeAnew();
    return Array.from(this.#records, ([key, value]) => [key, new Uint8Array(Buffer.from(value, 'base64'))] as const);
  }

  async write(changes: readonly SessionChange[]): Promise<void> {
    if (this.#file === undefined) throw new Error(`${this.#path} is not open`);
    const entries = changes.map(({ key, value }) =>
      value === undefined ? [key] : [key, Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')],
    );
    const line = lineOf(entries);
    // Behind a part of a line none may stand.
    if (this.#isTorn) await this.#writeAnew();
    this.#isTorn = true;
    await this.#file.appendFile(line);
    await this.#file.datasync();
    this.#isTorn = false;
    this.#bytes += line.length;
    apply(entries, this.#records);
    if (this.#bytes > smallestWaste && this.#bytes > largestWaste * this.#content().length) await this.#writeAnew();
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  #content(): string {
    return this.#records.size === 0 ? '' : lineOf([...this.#records]);
  }

  // Whole beside the old one, then in its place: whichever a killed process leaves, it is all there.
  async #writeAnew(): Promise<void> {
    const content = this.#content();
    const beside = `${this.#path}.new`;
    const file = await open(beside, 'w', 0o600);
    await file.writeFile(content);
    await file.datasync();
    await rename(beside, this.#path);
    await storeNames(dirname(this.#path));
    await this.close();
    this.#file = file;
    this.#bytes = content.length;
    this.#isTorn = false;
  }
}

function lineOf(entries: readonly (readonly string[])[]): string {
  return `${JSON.stringify(entries)}\n`;
}

function apply(entries: readonly (readonly string[])[], records: Map<string, string>): void {
  for (const [key, value] of entries) {
    if (value === undefined) records.delete(key!);
    else records.set(key!, value);
  }
}

function parse(content: string, path: string): Map<string, string> {
  const records = new Map<string, string>();
  const lines = content.split('\n');
  lines.pop(); // what stands behind the last end of a line was never whole
  for (const line of lines) {
    try {
      apply(JSON.parse(line) as string[][], records);
    } catch (cause) {
      throw new Error(`${path} is no session's file, or is damaged: remove it to begin with an empty session`, {
        cause,
      });
    }
  }
  return records;
}

function emptyIfMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return '';
  throw error;
}

// That a file has its name is stored with its folder.
async function storeNames(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // which opens no folders
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
