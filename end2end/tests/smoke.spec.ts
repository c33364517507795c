import { expect, test } from '../support/fixtures'

test('the server says that it is well', async ({ request }) => {
  const answer = await request.get('/healthz')
  expect(answer.status()).toBe(200)
})

test('who is not signed in gets the sign-in page', async ({ page }) => {
  await page.goto('/')
  await expect(page).toHaveURL(/\/login/)
  await expect(page.locator('input[name="email"]')).toBeVisible()
  await expect(page.locator('input[name="password"]')).toBeVisible()
})

test('the site comes compressed and may be kept for ever', async ({ request }) => {
  const id = (await (await request.get('/build.txt')).text()).trim()
  const plain = Number((await request.head(`/pkg/${id}/app_bg.wasm`, { headers: { 'accept-encoding': 'identity' } })).headers()['content-length'])
  test.skip(plain > 5_000_000, 'a build for development leaves its Wasm uncompressed')
  expect(id).toMatch(/^[0-9a-f]{12}$/)
  for (const name of ['app.js', '__wasm_split.js', 'app_bg.wasm', 'main.css']) {
    const answer = await request.get(`/pkg/${id}/${name}`, { headers: { 'accept-encoding': 'br' } })
    expect(answer.status(), name).toBe(200)
    expect(answer.headers()['content-encoding'], name).toBe('br')
    expect(answer.headers()['cache-control'], name).toContain('immutable')
  }
})
