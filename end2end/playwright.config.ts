import { defineConfig } from '@playwright/test'

/** The servers are started by support/global.ts; their addresses reach the tests by the environment. */
export default defineConfig({
  testDir: 'tests',
  outputDir: process.env.PROSA_E2E_RESULTS ?? 'test-results',
  globalSetup: './support/global.ts',
  // A test names its own contacts and waits for what it expects: several can share one server.
  fullyParallel: false,
  workers: Number(process.env.PROSA_E2E_WORKERS ?? 1),
  // A busy machine may miss a deadline once; a test that passes only on its second try is reported as flaky.
  retries: 2,
  forbidOnly: !!process.env.CI,
  timeout: 45_000,
  expect: { timeout: 12_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    locale: 'pt-BR',
    timezoneId: 'America/Sao_Paulo',
    viewport: { width: 1366, height: 800 },
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    trace: 'on-first-retry',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.PROSA_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync',
        // A microphone that beeps; whether a page may use it is the test's to say.
        '--use-fake-device-for-media-stream',
      ],
    },
  },
})
