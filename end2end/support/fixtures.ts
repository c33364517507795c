// What every test starts from: `import { test, expect } from '../support/fixtures'`.
// A test fails on any error in a browser's console, on any uncaught exception, and on any request to another host.
import { test as base, expect, type Browser, type BrowserContext, type Page } from '@playwright/test'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { open } from './inbox'
import { type Options as ServerOptions, type Servers, startServers } from './servers'

export { expect, type Page }
export { inbound, newNumber, sent, sim, simUrl } from './sim'

/** Password of everybody in the demo workspace. */
export const demoPassword = process.env.PROSA_E2E_PASSWORD ?? 'prosa-demo-2026'

type ContextOptions = Parameters<Browser['newContext']>[0]

/** The logins of this worker, by server and e-mail. */
const signedIn = new Map<string, { cookies: Awaited<ReturnType<BrowserContext['cookies']>>; origins: [] }>()

interface Fixtures {
  /** Messages of the console that this test expects, such as the browser's own for an answer 401. */
  allowedErrors: RegExp[]
  /** Collects what went wrong in the browsers; read at the end of each test. */
  problems: string[]
  /** A further, watched browser window with its own cookies: a second agent, a customer on the shop page. */
  newWindow: (options?: ContextOptions) => Promise<Page>
  /** A window in which this person of the demo workspace is signed in and sees the inbox. */
  agent: (email: string, options?: ContextOptions) => Promise<Page>
  /** Servers of this test alone, ended with it: for set-up, kill -9, other settings. */
  ownServers: (options?: ServerOptions) => Promise<Servers>
}

function watch(context: BrowserContext, problems: string[], allowed: RegExp[]): void {
  const add = (text: string) => { if (!allowed.some(pattern => pattern.test(text))) problems.push(text) }
  context.on('console', message => {
    if (message.type() === 'error') add(`console error: ${message.text()} (${message.location().url || message.page()?.url()})`)
  })
  context.on('weberror', error => add(`uncaught: ${error.error().stack ?? error.error().message}`))
  context.on('request', request => {
    const url = new URL(request.url())
    if (/^(https?|wss?):$/.test(url.protocol) && url.hostname !== '127.0.0.1') add(`request to another host: ${request.url()}`)
  })
}

export const test = base.extend<Fixtures>({
  allowedErrors: [[], { option: true }],
  baseURL: async ({}, use) => {
    await use(process.env.PROSA_E2E_URL)
  },
  problems: [async ({}, use) => {
    const problems: string[] = []
    await use(problems)
    expect(problems, 'errors in the browser').toEqual([])
  }, { auto: true }],
  context: async ({ context, problems, allowedErrors, ownServers: _ }, use) => {
    watch(context, problems, allowedErrors)
    await use(context)
  },
  // Windows close before the servers of their test end.
  newWindow: async ({ browser, baseURL, locale, timezoneId, viewport, problems, allowedErrors, ownServers: _ }, use) => {
    const contexts: BrowserContext[] = []
    await use(async options => {
      const context = await browser.newContext({ baseURL, locale, timezoneId, viewport, ...options })
      contexts.push(context)
      watch(context, problems, allowedErrors)
      return context.newPage()
    })
    await Promise.all(contexts.map(context => context.close()))
  },
  agent: async ({ newWindow }, use) => {
    await use(async (email, options) => {
      // Signing in costs time on purpose (argon2id): it is done once for each person and server.
      const key = `${options?.baseURL ?? process.env.PROSA_E2E_URL} ${email}`
      const page = await newWindow({ ...options, storageState: signedIn.get(key) })
      if (!signedIn.has(key)) {
        await signIn(page, email)
        signedIn.set(key, { cookies: await page.context().cookies(), origins: [] })
      }
      await open(page)
      return page
    })
  },
  ownServers: async ({}, use, info) => {
    const running: Servers[] = []
    await use(async options => {
      const servers = await startServers({ name: `${info.titlePath.at(-1)?.replace(/\W+/g, '-').slice(0, 40)}-${running.length}`, ...options })
      running.push(servers)
      return servers
    })
    await Promise.all(running.map(servers => servers.stop()))
  },
})

/** Signs in by the form and waits until the page is the inbox. */
export async function signIn(page: Page, email: string, password = demoPassword): Promise<void> {
  await page.goto('/login')
  await page.locator('input[name="email"]').fill(email)
  await page.locator('input[name="password"]').fill(password)
  await page.locator('form').filter({ has: page.locator('input[name="password"]') }).locator('button[type="submit"]').click()
  await page.waitForURL(url => !url.pathname.startsWith('/login'))
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Checks the page, or what a selector names, for WCAG 2.2 A and AA; fails with the rule and the element. */
export async function expectAccessible(page: Page, selector?: string): Promise<void> {
  expect(await barriers(page, selector), 'accessibility').toEqual([])
}

/** What on the page, or in what a selector names, breaks a rule of WCAG 2.2 A and AA: the rule and the element. */
export async function barriers(page: Page, selector?: string): Promise<string[]> {
  await page.evaluate(axeSource)
  // Colours on their way from one to another are nobody's colours.
  await page.evaluate(() => Promise.all(document.getAnimations().filter(each => Number.isFinite(each.effect?.getComputedTiming().endTime as number)).map(each => each.finished.catch(() => undefined))))
  return page.evaluate(async where => {
    const axe = (globalThis as unknown as { axe: { run(context: unknown, options: unknown): Promise<{ violations: { id: string; help: string; nodes: { target: unknown[] }[] }[] }> } }).axe
    const result = await axe.run(where ?? document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
    return result.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${rule.help} at ${node.target.join(' ')}`))
  }, selector)
}
