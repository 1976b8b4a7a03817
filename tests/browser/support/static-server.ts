// Serves folders of files over HTTP on a free port, with the headers that a test asks for.
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const types: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

export interface StaticServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * `folders` by the path below which they are served; the longest that fits counts. A text instead of a folder is a
 * page of its own.
 */
export async function serve(
  folders: Record<string, string | { page: string }>,
  headers: Record<string, string> = {},
): Promise<StaticServer> {
  const prefixes = Object.keys(folders).sort((one, other) => other.length - one.length);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://here');
    const prefix = prefixes.find((each) => pathname.startsWith(each)) ?? '/';
    const from = folders[prefix];
    if (typeof from === 'object') {
      response.writeHead(200, { ...headers, 'content-type': 'text/html' }).end(from.page);
      return;
    }
    const path = normalize(pathname.slice(prefix.length)) || '.';
    const file = join(from ?? '.', path === '.' || path.endsWith('/') ? join(path, 'index.html') : path);
    try {
      const content = await readFile(file);
      response
        .writeHead(200, { ...headers, 'content-type': types[extname(file)] ?? 'application/octet-stream' })
        .end(content);
    } catch {
      response.writeHead(404).end();
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
