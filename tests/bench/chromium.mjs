// Debian's Chromium, headless, and the pages in it that measure. No debugger is attached to a page while it measures: one is told
// of every WebSocket frame. The page posts its figure to the server that it came from.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folders = { '/dist/': 'dist/', '/mqtt/': 'node_modules/mqtt/dist/', '/bench/': 'tests/bench/' };
const contentTypes = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
const page = (job) => `<!doctype html><meta charset="utf-8"><title>bench</title>
<script>globalThis.job = ${JSON.stringify(job)};</script>
<script type="module" src="/bench/page.mjs"></script>`;
const timeoutMilliseconds = 120_000;

const flags = [
  '--headless=new',
  // As playwright.config.ts has them, and why.
  ...[
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
  ...['--no-first-run', '--disable-dev-shm-usage'],
  // No window shows the page; it is to run as if one did.
  ...[
    '--disable-background-timer-throttling',
    '--disable-renderer-backgrounding',
    '--disable-backgrounding-occluded-windows',
  ],
  '--remote-debugging-port=0',
];

// Answers { version, run(library, workload, options), stop() }; run() measures in a fresh page. `library` is 'wasmqtt' or 'mqttjs'.
export async function startChromium() {
  const jobs = new Map();
  const server = http.createServer((request, response) => answer(request, response, jobs));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const profile = await mkdtemp(join(tmpdir(), 'wasmqtt-chromium-'));
  // A process group of its own: Debian's chromium is a script, which starts many processes.
  const child = spawn(
    process.env.CHROMIUM ?? '/usr/bin/chromium',
    [...flags, `--user-data-dir=${profile}`, 'about:blank'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    },
  );
  const endAll = () => process.kill(-child.pid, 'SIGTERM');
  process.once('exit', endAll);
  const debugger_ = await debuggerAddress(child);
  const { Browser: version } = await (await fetch(`${debugger_}/json/version`)).json();
  let pages = 0;

  async function run(library, workload, options) {
    const id = String(++pages);
    const result = new Promise((resolve, reject) => {
      jobs.set(id, { library, workload, options, resolve, reject });
      setTimeout(() => reject(new Error(`${library} ${workload}: the page said nothing`)), timeoutMilliseconds).unref();
    });
    const url = `http://127.0.0.1:${server.address().port}/?id=${id}`;
    const opened = fetch(`${debugger_}/json/new?${url}`, { method: 'PUT' });
    try {
      return await result;
    } finally {
      jobs.delete(id);
      const target = await (await opened).json();
      await (await fetch(`${debugger_}/json/close/${target.id}`)).text();
    }
  }

  async function stop() {
    const exited = once(child, 'exit');
    process.off('exit', endAll);
    endAll();
    await exited;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
  return { version, run, stop };
}

async function debuggerAddress(child) {
  for await (const line of createInterface({ input: child.stderr })) {
    const found = /DevTools listening on ws:\/\/([^/]+)\//.exec(line);
    if (!found) continue;
    child.stderr.resume();
    return `http://${found[1]}`;
  }
  throw new Error('chromium did not start');
}

async function answer(request, response, jobs) {
  const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1');
  const job = jobs.get(searchParams.get('id'));
  if (request.method === 'POST') {
    let text = '';
    for await (const part of request) text += part;
    response.end();
    const { figure, error } = JSON.parse(text);
    if (error === undefined) job?.resolve(figure);
    else job?.reject(new Error(error));
    return;
  }
  const { library, workload, options } = job ?? {};
  const content = pathname === '/' ? page({ library, workload, options }) : fileAt(pathname);
  response.writeHead(content === undefined ? 404 : 200, {
    'content-type': contentTypes[extname(pathname)] ?? 'text/html',
  });
  response.end(content);
}

function fileAt(pathname) {
  const prefix = Object.keys(folders).find((candidate) => pathname.startsWith(candidate));
  if (prefix === undefined) return undefined;
  return readFileSync(join(root, folders[prefix], normalize(pathname.slice(prefix.length - 1))));
}
