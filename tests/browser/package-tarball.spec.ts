// What `npm pack` makes, installed into an empty Vite project: it type-checks, builds without any configuration and
// runs in Chromium.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect, test } from '@playwright/test';

import { serve } from './support/static-server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
// Playwright asks its children for colours.
const env = { ...process.env, FORCE_COLOR: undefined, NO_COLOR: '1' };
const run = (command: string, args: string[], cwd = root) => promisify(execFile)(command, args, { cwd, env });

let project: string;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  project = await mkdtemp(join(tmpdir(), 'wasmqtt-vite-'));
  await cp(join(root, 'tests/package/vite-project'), project, { recursive: true });
  // The one dependency comes from where it is installed already, so that no registry is needed.
  for (const folder of [root, join(root, 'node_modules/ws')]) {
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', project, folder]);
  }
  const tarballs = (await readdir(project)).filter((name) => name.endsWith('.tgz')).map((name) => `./${name}`);
  await run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs], project);
});

test.afterAll(() => rm(project, { recursive: true }));

test('the tarball holds the built package and nothing else', async () => {
  const installed = join(project, 'node_modules/wasmqtt');
  const files = (await readdir(installed)).sort();
  expect(files.filter((name) => !/^(README|LICENSE)/.test(name))).toEqual(['dist', 'package.json']);
  const built = await readdir(join(installed, 'dist'));
  expect(built).toEqual(expect.arrayContaining(['index.js', 'index.d.ts', 'node.js', 'broker.js', 'broker.d.ts']));
});

test('its types hold under strict, without the types of Node', async () => {
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', project]);
});

test('Vite builds it without configuration, and it runs in Chromium', async ({ page }) => {
  const { stderr } = await run(process.execPath, [
    join(root, 'node_modules/vite/bin/vite.js'),
    'build',
    project,
    '--logLevel',
    'warn',
  ]);
  // Both Wasm modules in one chunk are more than Vite likes; it says so and builds.
  expect(stderr.replace(/\[plugin builtin:vite-reporter\].*chunkSizeWarningLimit\./s, '').trim()).toBe('');
  const server = await serve({ '/': join(project, 'dist') });
  await page.goto(server.url);
  await expect(page).toHaveTitle('a/b hello 2 function');
  await server.close();
});

test('Node imports it by its own entry, and the browser entry without doing anything', async () => {
  const inNode = `
    import { connect, MqttClient } from 'wasmqtt';
    import { createBroker } from 'wasmqtt/broker';
    try { connect('mqtts://'); } catch (error) { console.log(error.message); }
    console.log(typeof createBroker, typeof MqttClient);`;
  const node = await run(process.execPath, ['--input-type=module', '--eval', inNode], project);
  expect(node.stdout).toBe('"mqtts://" is not a URL: write "ws://host:port/path"\nfunction function\n');
  const onServer = `const names = Object.keys(globalThis).length;
    await import('./node_modules/wasmqtt/dist/index.js');
    await import('./node_modules/wasmqtt/dist/broker.js');
    const resources = process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate|Message|TCP/.test(name));
    console.log(Object.keys(globalThis).length - names, resources.length);`;
  const server = await run(process.execPath, ['--input-type=module', '--eval', onServer], project);
  expect(server.stdout).toBe('0 0\n');
});
