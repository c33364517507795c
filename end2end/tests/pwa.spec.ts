// The installed app: read without a network, write for later, take a text from another app.
import { expect, inbound, newNumber, sent, signIn, test, type Page } from '../support/fixtures'
import { assume, bubble, editor, open, openRow, pane, row, salesNumber, showTab, unique } from '../support/inbox'

/** Waits until the service worker holds the page and its files. */
async function installed(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
    while (!navigator.serviceWorker.controller) await new Promise(done => setTimeout(done, 50))
  })
}

const keptAnswers = (page: Page, name: string): Promise<number> => page.evaluate(async what => {
  const keys = await (await caches.open('prosa-reading')).keys()
  return keys.filter(request => new URL(request.url).pathname === `/reading/${what}`).length
}, name)

test.describe('without a network', () => {
  test.use({ allowedErrors: [/ERR_CONNECTION_REFUSED|Failed to load resource|Failed to fetch|WebSocket connection/] })

  test('what was opened can be read after a reload, and what is written leaves when the server is back', async ({ ownServers, newWindow }) => {
    test.setTimeout(120_000)
    // The server itself goes away: a browser's own switch for "offline" does not reach its service worker.
    const servers = await ownServers()
    const ana = await newWindow({ baseURL: servers.url })
    await signIn(ana, 'ana@prosa.example')
    await installed(ana)
    const [name, other] = [unique('Offline'), unique('Segunda')]
    await inbound({ from: newNumber(), name, text: 'qual o horário?', phone_number_id: salesNumber }, servers.sim)
    await inbound({ from: newNumber(), name: other, text: 'e o preço?', phone_number_id: salesNumber }, servers.sim)
    await open(ana)
    await showTab(ana, 'Novos')
    await openRow(ana, other)
    await expect(bubble(ana, 'e o preço?')).toBeVisible()
    await openRow(ana, name)
    await assume(ana)
    // The list, the conversation and the page as they are now.
    await open(ana, '/inbox?tab=mine')
    await openRow(ana, name)
    await expect(bubble(ana, 'qual o horário?')).toBeVisible()
    await expect.poll(() => keptAnswers(ana, 'open')).toBeGreaterThan(1)

    await servers.kill()
    await ana.reload()
    await expect(row(ana, name)).toBeVisible()
    await expect(bubble(ana, 'qual o horário?')).toBeVisible()
    const lost = ana.getByText(/Sem conexão, tentando/)
    await expect(lost).toBeVisible()
    const answer = unique('das 9 às 18')
    await editor(ana).fill(answer)
    await editor(ana).press('Enter')
    await expect(bubble(ana, answer)).toBeVisible()
    await expect(ana.getByText('Mensagens esperando a conexão: 1.')).toBeVisible()
    // Not even a reload loses it.
    await ana.reload()
    await expect(bubble(ana, answer)).toBeVisible()
    // A page that is not kept says why it is not there.
    await ana.goto('/profile')
    await expect(ana.getByRole('heading', { name: 'Sem conexão' })).toBeVisible()
    await ana.goto('/inbox?tab=mine')
    await expect(row(ana, name)).toBeVisible()

    await servers.restart()
    await expect.poll(async () => JSON.stringify(await sent(servers.sim)).includes(answer), { timeout: 40_000 }).toBe(true)
    await expect(lost).toBeHidden()
  })

  test('who signs out leaves nothing behind', async ({ ownServers, newWindow }) => {
    test.setTimeout(90_000)
    const servers = await ownServers()
    const page = await newWindow({ baseURL: servers.url })
    await signIn(page, 'ana@prosa.example')
    await installed(page)
    await open(page)
    const first = page.getByRole('listbox', { name: 'Lista de atendimentos' }).getByRole('option').first()
    await expect(first).toBeVisible()
    await expect.poll(() => keptAnswers(page, 'conversations')).toBeGreaterThan(0)
    await servers.kill()
    await page.reload()
    await expect(first).toBeVisible()
    await servers.restart()
    await open(page)
    await page.locator('.rail-account').click()
    await page.getByRole('menuitem', { name: 'Sair' }).click()
    await page.waitForURL(/\/login/)
    expect(await page.evaluate(() => caches.has('prosa-reading'))).toBe(false)
    await servers.kill()
    await page.goto('/inbox').catch(() => undefined)
    await expect(page.getByRole('heading', { name: 'Sem conexão' })).toBeVisible()
  })
})

test('a text that another app shares goes into the draft of the chosen conversation', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const [name, text] = [unique('Destino'), unique('olhe isto')]
  await inbound({ from: newNumber(), name, text: 'oi', phone_number_id: salesNumber })
  await installed(ana)
  await showTab(ana, 'Novos')
  await openRow(ana, name)
  await assume(ana)
  await ana.goto('/inbox?tab=mine')
  await expect(row(ana, name)).toBeVisible()
  // As the system does it for the installed app.
  await ana.evaluate(shared => {
    const form = document.createElement('form')
    Object.assign(form, { method: 'post', action: '/share', enctype: 'multipart/form-data' })
    for (const [field, value] of [['title', 'Página'], ['text', shared], ['url', 'https://loja.example/x']]) {
      const input = document.createElement('input')
      Object.assign(input, { name: field, value })
      form.append(input)
    }
    document.body.append(form)
    form.submit()
  }, text)
  await ana.waitForURL(/shared=1/)
  await expect(ana.getByText('Escolha o atendimento que vai receber o texto compartilhado')).toBeVisible()
  await showTab(ana, 'Meus')
  await openRow(ana, name)
  await expect(pane(ana, name)).toBeVisible()
  await expect(editor(ana)).toHaveValue(`Página\n${text}\nhttps://loja.example/x`)
  await expect(ana.getByText('Escolha o atendimento')).toBeHidden()
})

test('the manifest names what an installed app needs', async ({ page, baseURL }) => {
  const manifest = await (await page.request.get(`${baseURL}/manifest.webmanifest`)).json()
  expect(manifest.id).toBe('/inbox')
  expect(manifest.share_target).toMatchObject({ action: '/share', method: 'POST' })
  for (const { src, sizes } of [...manifest.icons, ...manifest.screenshots, ...manifest.shortcuts.flatMap((s: { icons: object[] }) => s.icons)]) {
    const answer = await page.request.get(`${baseURL}${src}`)
    expect(answer.ok(), src).toBe(true)
    if (sizes === 'any') continue
    await page.goto('/login')
    const size = await page.evaluate(async address => {
      const image = new Image()
      image.src = address
      await image.decode()
      return `${image.naturalWidth}x${image.naturalHeight}`
    }, src)
    expect(size, src).toBe(sizes)
  }
})
