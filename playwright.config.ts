// Drives Debian's Chromium through tests/browser/**/*.spec.ts. Every test starts what it needs on ports the system picks.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'tests/browser',
  outputDir: 'build/test-results/playwright',
  forbidOnly: process.env.CI !== undefined,
  fullyParallel: false,
  workers: 1,
  timeout: 60_000,
  use: {
    browserName: 'chromium',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        // Chromium's sandbox needs privileges that containers, and root in them, do not have.
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
        // Containers often give /dev/shm only 64 MiB.
        '--disable-dev-shm-usage',
      ],
    },
  },
});
