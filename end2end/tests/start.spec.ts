// From the server's page to the living one, and areas of the program that are fetched when they are needed.
import { demoPassword, expect, test } from '../support/fixtures'

test('what was typed before the program is here stays, with the focus', async ({ newWindow }) => {
  const page = await newWindow({ serviceWorkers: 'block' })
  let release = () => {}
  const held = new Promise<void>(resolve => { release = resolve })
  await page.route('**/app_bg.wasm', async route => { await held; await route.continue() })
  await page.goto('/login')
  const email = page.locator('input[name="email"]')
  const password = page.locator('input[name="password"]')
  await expect(page.getByRole('button', { name: 'Entrar', exact: true })).toBeDisabled()
  await email.fill('ana@prosa.example')
  await password.fill(demoPassword)
  await expect(password).toBeFocused()
  release()
  await expect(page.getByRole('button', { name: 'Entrar', exact: true })).toBeEnabled()
  await expect(email).toHaveValue('ana@prosa.example')
  await expect(password).toHaveValue(demoPassword)
  await expect(password).toBeFocused()
  await password.press('Enter')
  await expect(page).toHaveURL(/\/inbox/)
})

test('the page of the server gives way to one page, not to two', async ({ agent }) => {
  const page = await agent('ana@prosa.example')
  for (const address of ['/inbox', '/profile']) {
    await page.goto(address)
    await expect(page.locator('main')).toHaveCount(1)
    await expect(page.locator('nav.rail')).toHaveCount(1)
    await expect(page.locator('title')).toHaveCount(1)
  }
})

test.describe('an area that cannot be fetched', () => {
  test.use({ allowedErrors: [/Failed to load resource|Failed to fetch|ERR_FAILED/] })

  test('says so, and comes at the next try', async ({ agent }) => {
    const page = await agent('admin@prosa.example', { serviceWorkers: 'block' })
    let refused = 0
    await page.route('**/split_office.wasm', route => { refused += 1; return route.abort() })
    await page.goto('/inbox')
    await page.getByRole('link', { name: 'Configurações' }).click()
    await expect(page.getByText('Não foi possível carregar')).toBeVisible()
    expect(refused).toBeGreaterThan(0)
    await page.unroute('**/split_office.wasm')
    await page.getByRole('button', { name: 'Tentar de novo' }).click()
    await expect(page.getByLabel('Nome da empresa')).toBeVisible()
  })
})

test('the inbox alone fetches neither settings nor sign-in, and has its dialogs before the network goes', async ({ agent }) => {
  const page = await agent('ana@prosa.example', { serviceWorkers: 'block' })
  const fetched: string[] = []
  page.on('request', request => { fetched.push(new URL(request.url()).pathname) })
  const dialogs = page.waitForResponse('**/split_sheets.wasm')
  await page.goto('/inbox')
  await dialogs
  expect(fetched.filter(path => /split_(office|door)/.test(path))).toEqual([])
})
