// The examples in real Chromium, as somebody who copied them would open them.
import { fileURLToPath } from 'node:url';

import { expect, test } from '@playwright/test';
import { connectAsync } from 'wasmqtt';

import { startMosquitto, type RunningServer } from '../support/servers.ts';
import { serve, type StaticServer } from './support/static-server.ts';

const folder = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

test.describe('browser-plain-html', () => {
  let mosquitto: RunningServer;
  let pages: StaticServer;

  test.beforeEach(async () => {
    mosquitto = await startMosquitto();
    pages = await serve({ '/': folder('examples/browser-plain-html'), '/node_modules/wasmqtt/dist/': folder('dist') });
  });

  test.afterEach(async () => {
    await pages.close();
    await mosquitto.stop();
  });

  test('publishes what is typed and shows what arrives, from itself and from others', async ({ page }) => {
    await page.goto(`${pages.url}?broker=ws://127.0.0.1:${mosquitto.webSocketPort}`);
    await expect(page.locator('#state')).toHaveText('connected');
    await page.getByRole('button').click();
    await expect(page.locator('#messages li')).toHaveText(['example/hello: hello']);
    const other = await connectAsync(`mqtt://127.0.0.1:${mosquitto.tcpPort}`);
    await other.publishAsync('example/other', 'Grüße', { qos: 1 });
    await expect(page.locator('#messages li')).toHaveText(['example/hello: hello', 'example/other: Grüße']);
    await other.endAsync();
  });

  test('tells the code with which its connection closed', async ({ page }) => {
    await page.goto(`${pages.url}?broker=ws://127.0.0.1:${mosquitto.webSocketPort}`);
    await expect(page.locator('#state')).toHaveText('connected');
    await mosquitto.stop();
    await expect(page.locator('#state')).toHaveText(/^lost \(10\d\d /);
    mosquitto = await startMosquitto();
  });
});

test.describe('browser-broker-in-page', () => {
  test('has two clients, and messages between them, without any request but for its own files', async ({ page }) => {
    const pages = await serve({
      '/': folder('examples/browser-broker-in-page'),
      '/node_modules/wasmqtt/dist/': folder('dist'),
    });
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(pages.url)) elsewhere.push(request.url());
    });
    page.on('websocket', (socket) => elsewhere.push(socket.url()));
    await page.goto(pages.url);
    await expect(page.locator('#clients')).toHaveText('2');
    await expect(page.locator('#messages li').first()).toHaveText(/^room\/kitchen\/temperature: 2\d\.\d$/);
    expect(elsewhere).toEqual([]);
    await pages.close();
  });
});
