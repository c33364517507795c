import { defineConfig } from '@playwright/test'
import common from './playwright.config'

/** How fast it feels: figures, not tests. `.ci/bench felt` runs it on release builds. Nothing is recorded beside it: that costs time of its own. */
export default defineConfig({ ...common, testDir: 'speed', retries: 0, timeout: 600_000, use: { ...common.use, trace: 'off', screenshot: 'off', video: 'off' } })
