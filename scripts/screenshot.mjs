// Makes the README's picture of the dashboard: the built page in Chromium, with a minute of this machine's figures on it.
// usage: node scripts/screenshot.mjs [FILE], after ./run build; FILE is docs/dashboard.png unless given
import { chromium } from '@playwright/test';
import { startDevice, startServer } from '../tests/browser/support/demo-processes.js';

/** Until the charts, which show the last minute, are full. */
const FILL_MS = 63_000;

const file = process.argv[2] ?? 'docs/dashboard.png';
const server = await startServer();
const device = startDevice(server.port, 'machine/workshop');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
try {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    deviceScaleFactor: 1.5,
    colorScheme: 'light',
  });
  await page.goto(server.page);
  await page.waitForTimeout(FILL_MS);
  await page.screenshot({ path: file });
  console.log(`wrote ${file}`);
} finally {
  await browser.close();
  await device.stop();
  await server.stop();
}
