import { defineConfig } from '@playwright/test'
import common from './playwright.config'

/** How fast it feels: figures, not tests. `.ci/bench felt` runs it on release builds. */
export default defineConfig({ ...common, testDir: 'speed', retries: 0, timeout: 600_000 })
