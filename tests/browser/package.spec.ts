// The built package in real Chromium: under a strict Content-Security-Policy, in a worker, and with other libraries'
// WebSocket in the page.
import { fileURLToPath } from 'node:url';

import { expect, test, type Page } from '@playwright/test';

import { serve, type StaticServer } from './support/static-server.ts';

const folder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'";

let pages: StaticServer;
let complaints: string[];

async function open(page: Page, headers: Record<string, string> = {}): Promise<void> {
  pages = await serve(
    {
      '/': { page: '<!doctype html><meta charset="utf-8"><title>test</title>' },
      '/dist/': folder('dist'),
      '/node_modules/mqtt/': folder('node_modules/mqtt'),
      '/node_modules/paho-mqtt/': folder('node_modules/paho-mqtt'),
      '/tests/browser/pages/': folder('tests/browser/pages'),
    },
    headers,
  );
  complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(pages.url);
}

test.afterEach(() => pages.close());

test("works under script-src 'self' 'wasm-unsafe-eval'", async ({ page }) => {
  await open(page, { 'content-security-policy': policy });
  await page.addScriptTag({ type: 'module', url: '/tests/browser/pages/echo-in-page.js' });
  await expect(page).toHaveTitle('echo: hello');
  expect(complaints).toEqual([]);
});

test('says what the Content-Security-Policy lacks when it forbids WebAssembly', async ({ page }) => {
  await open(page, { 'content-security-policy': "script-src 'self'" });
  await page.addScriptTag({ type: 'module', url: '/tests/browser/pages/echo-in-page.js' });
  await expect(page).toHaveTitle(/WebAssembly could not be started: .*write script-src 'self' 'wasm-unsafe-eval'/);
});

test('works in a worker', async ({ page }) => {
  await open(page, { 'content-security-policy': policy });
  await page.addScriptTag({ type: 'module', url: '/tests/browser/pages/echo-in-worker.js' });
  await expect(page).toHaveTitle('echo: hello');
});

test("MQTT.js's browser build, unmodified, reaches the in-tab broker through broker.WebSocket", async ({ page }) => {
  await open(page);
  await page.addScriptTag({ type: 'module', url: '/tests/browser/pages/mqttjs.js' });
  await expect(page).toHaveTitle('0 1 2');
});

test('Paho JavaScript, unmodified, reaches the in-tab broker through broker.WebSocket', async ({ page }) => {
  await open(page);
  await page.addScriptTag({ url: '/node_modules/paho-mqtt/paho-mqtt-min.js' });
  await page.addScriptTag({ type: 'module', url: '/tests/browser/pages/paho.js' });
  await expect(page).toHaveTitle('0 1 2');
});

test('keeps a session in IndexedDB over a reload, for one tab at a time', async ({ page, context }) => {
  await open(page);
  await page.addScriptTag({ type: 'module', url: '/tests/browser/pages/session-kept.js' });
  await expect(page).toHaveTitle('stored');
  const other = await context.newPage();
  await other.goto(pages.url);
  await other.addScriptTag({ type: 'module', url: '/tests/browser/pages/session-kept.js' });
  await expect(other).toHaveTitle(/another client, maybe in another tab, uses "wasmqtt:page"/);
  await other.close();
  await page.goto(`${pages.url}?again`);
  await page.addScriptTag({ type: 'module', url: '/tests/browser/pages/session-kept.js' });
  await expect(page).toHaveTitle('kept: over a reload');
});

test("delivers 200,000 messages in order through broker.WebSocket and the package's own client", async ({ page }) => {
  await open(page);
  await page.addScriptTag({ type: 'module', url: '/tests/browser/pages/many-messages.js' });
  await expect(page).toHaveTitle('200000 in order');
});
