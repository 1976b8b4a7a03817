// The example page in a real browser, against the real server and the real device.
import { expect, test, type Locator, type Page } from '@playwright/test';
import { connectAsync } from 'wasmqtt';
import { mosquittoPub, startDevice, startServer, type RunningServer } from './support/demo-processes.js';

const PHONE = { width: 380, height: 760 };

let server: RunningServer;
let complaints: string[];
let undo: Array<() => Promise<unknown>>;

test.beforeEach(async ({ page }) => {
  server = await startServer();
  undo = [() => server.stop()];
  complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
});

test.afterEach(async () => {
  for (const step of undo.reverse()) await step();
});

const device = (topic: string): { stop(signal?: NodeJS.Signals): Promise<void> } => {
  const started = startDevice(server.port, topic);
  undo.push(() => started.stop());
  return started;
};

const connection = (page: Page): Locator => page.locator('#connection');
const value = (page: Page, topic: string): Locator => page.locator(`[data-topic=${JSON.stringify(topic)}] .row-value`);
const card = (page: Page, group: string): Locator =>
  page.locator('.card').filter({ has: page.getByRole('heading', { name: group, exact: true }) });

async function open(page: Page): Promise<void> {
  await page.goto(server.page);
  await expect(connection(page)).toHaveAttribute('data-state', 'connected');
}

declare global {
  interface Window {
    /** The numbers of the frames in which a topic's message came out of the WebSocket, and in which the page showed it. */
    sighting: { arrivedIn: number; shownIn: number };
  }
}

// Runs in the page before its own code. Frames are counted instead of milliseconds, which a busy machine stretches.
function countFramesFromArrivalToSight(topic: string): void {
  let frame = 0;
  const count = (): void => {
    frame += 1;
    requestAnimationFrame(count);
  };
  requestAnimationFrame(count);
  window.sighting = { arrivedIn: NaN, shownIn: NaN };
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
        if (new TextDecoder('latin1').decode(data).includes(topic)) window.sighting.arrivedIn = frame;
      });
    }
  };
  new MutationObserver(() => {
    const isShown = document.querySelector(`[data-topic="${topic}"]`) !== null;
    if (isShown && Number.isNaN(window.sighting.shownIn)) window.sighting.shownIn = frame;
  }).observe(document, { subtree: true, childList: true, attributes: true });
}

async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const widths = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.body.scrollWidth,
    window.innerWidth,
  ]);
  expect(Math.max(...widths)).toBe(PHONE.width);
}

test("draws the device's figures as moving charts, without a complaint from the browser", async ({ page }) => {
  device('machine/test');
  await open(page);
  await expect(value(page, 'machine/test/status')).toHaveText('online');

  const memory = card(page, 'machine/test/memory');
  await expect(memory.locator('.legend-value').first()).toHaveText(/^\d.* [kMGT]?B$/);
  const picture = (): Promise<string> =>
    memory.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const before = await picture();
  await expect.poll(picture).not.toBe(before);

  await expect(card(page, 'machine/test/cpu_percent').locator('.legend-label').first()).toHaveText('total');
  await expect.poll(async () => Number(await page.locator('#message-rate').textContent())).toBeGreaterThan(10);
  // Among others: nothing that the Content-Security-Policy had to refuse.
  expect(complaints).toEqual([]);
});

test('shows what mosquitto_pub sends, a number as a chart and a text as a text', async ({ page }) => {
  await open(page);
  await expect(page.getByText('No numbers yet')).toBeVisible();
  await mosquittoPub(server.port, 'a/b', '21.5');
  await expect(value(page, 'a/b')).toHaveText('21.5', { timeout: 3000 });
  await expect(card(page, 'a').locator('.legend-value')).toHaveText('21.5', { timeout: 3000 });
  await expect(page.getByText('No numbers yet')).toBeHidden();

  await mosquittoPub(server.port, 'a/c', 'twenty-one and a half');
  await expect(value(page, 'a/c')).toHaveText('twenty-one and a half', { timeout: 3000 });
});

test('shows a message within two animation frames of its arrival', async ({ page }) => {
  await page.addInitScript(countFramesFromArrivalToSight, 'a/b');
  await open(page);
  await mosquittoPub(server.port, 'a/b', '21.5');
  await expect(value(page, 'a/b')).toHaveText('21.5');
  const { arrivedIn, shownIn } = await page.evaluate(() => window.sighting);
  expect(shownIn - arrivedIn).toBeGreaterThanOrEqual(0);
  expect(shownIn - arrivedIn).toBeLessThanOrEqual(2);
});

test('shows a loss of the connection and connects again when the server is back', async ({ page }) => {
  const { port, httpPort } = server;
  await mosquittoPub(port, 'before/it', '1', '-r');
  await open(page);
  await expect(value(page, 'before/it')).toHaveText('1');

  await server.stop('SIGKILL');
  await expect(connection(page)).toHaveAttribute('data-state', /lost|reconnecting/);
  await expect(page.locator('#connection-detail')).toHaveText(/\. Trying again in \d s\.$/);
  await expect(page.getByRole('status')).toHaveText('Connection lost, reconnecting');
  // What it shows may be old, and looks so.
  await expect(page.locator('body')).toHaveClass(/is-stale/);

  server = await startServer({ port, httpPort });
  await expect(connection(page)).toHaveAttribute('data-state', 'connected');
  await expect(page.getByRole('status')).toHaveText('Connected');
  await mosquittoPub(port, 'after/it', '2');
  await expect(value(page, 'after/it')).toHaveText('2', { timeout: 3000 });
});

test('tells the reason when the server goes down in good order', async ({ page }) => {
  await open(page);
  await server.stop('SIGTERM');
  await expect(page.locator('#connection-detail')).toHaveText(/shut/i);
});

for (const [way, signal] of [
  ['a good-bye', 'SIGTERM'],
  ['its will', 'SIGKILL'],
] as const) {
  test(`marks the device as offline by ${way} when it ends by ${signal}`, async ({ page }) => {
    const ending = device('machine/test');
    await open(page);
    await expect(value(page, 'machine/test/status')).toHaveText('online');
    await expect(card(page, 'machine/test/memory')).not.toContainText('offline');
    await ending.stop(signal);
    await expect(value(page, 'machine/test/status')).toHaveText('offline');
    await expect(card(page, 'machine/test/memory')).toContainText('offline');
  });
}

test('reads well in a window of the size of a phone', async ({ page }) => {
  await page.setViewportSize(PHONE);
  device('machine/a-machine-with-quite-a-long-name.example.org');
  await mosquittoPub(server.port, `${'long'.repeat(50)}/${'name'.repeat(50)}`, '1');
  await open(page);
  await mosquittoPub(server.port, `${'long'.repeat(50)}/${'name'.repeat(50)}`, '2');
  await mosquittoPub(server.port, 'a/text', 'word'.repeat(1000));
  await expect(page.locator('.card canvas').first()).toBeVisible();
  await expectNoSidewaysScrolling(page);

  await page.getByRole('button', { name: 'Topics' }).click();
  await expect(value(page, 'a/text')).toBeVisible();
  await expect(page.locator('.card').first()).toBeHidden();
  await expectNoSidewaysScrolling(page);

  await server.stop('SIGKILL');
  await expect(connection(page)).toHaveAttribute('data-state', 'lost');
  await expectNoSidewaysScrolling(page);
});

test('finds topics by words of their names', async ({ page }) => {
  for (const topic of ['house/kitchen/light', 'house/cellar/light', 'house/cellar/door'])
    await mosquittoPub(server.port, topic, '1', '-r');
  await open(page);
  await expect(page.locator('.row-topic')).toHaveCount(3);
  await page.getByRole('searchbox').fill('Light cellar');
  await expect(page.locator('.row-topic')).toHaveCount(1);
  await expect(value(page, 'house/cellar/light')).toHaveText('1');
  await page.getByRole('searchbox').fill('garage');
  await expect(page.getByText('No topic has all these words in its name.')).toBeVisible();
});

test('shows markup in topics and payloads as the text that it is', async ({ page }) => {
  await open(page);
  const topic = '<img src=x>/<i>leaf</i>';
  await mosquittoPub(server.port, topic, '<b>bold</b>');
  await mosquittoPub(server.port, '<img src=x>/number', '1');
  await expect(value(page, topic)).toHaveText('<b>bold</b>');
  await expect(card(page, '<img src=x>')).toBeVisible();
  await expect(page.locator('main img, main b')).toHaveCount(0);
  expect(complaints).toEqual([]);
});

test('keeps up with thousands of messages per second and ends at the last value of each topic', async ({ page }) => {
  await open(page);
  const publisher = await connectAsync(`mqtt://127.0.0.1:${server.port}`);
  undo.push(() => publisher.endAsync());
  const last = 20_000;
  for (let index = 1; index <= last; index++) publisher.publish(`flood/s${index % 50}/value`, String(index));
  await expect(value(page, 'flood/s0/value')).toHaveText(String(last), { timeout: 10_000 });
  await expect(page.locator('#topic-count')).toHaveText('50');
});

test('bounds the topics and charts that it keeps, and says so', async ({ page }) => {
  await open(page);
  const publisher = await connectAsync(`mqtt://127.0.0.1:${server.port}`);
  undo.push(() => publisher.endAsync());
  for (let index = 0; index < 2100; index++) publisher.publish(`t${index}/value`, '1');
  await expect(page.locator('#topic-count')).toHaveText('2,000+');
  await expect(page.getByText('More topics arrive than the 2,000 that this page keeps.')).toBeVisible();
  await expect(page.locator('.card')).toHaveCount(60);
  // The list holds elements for what is in sight, not for every topic.
  expect(await page.locator('.row').count()).toBeLessThan(100);
});
