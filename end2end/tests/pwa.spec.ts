// The installed app: read without a network, write for later, take what another app shares.
import { demoPassword, expect, inbound, newNumber, sent, signIn, test, type Page } from '../support/fixtures'
import { assume, bubble, editor, open, openRow, pane, row, salesNumber, say, showTab, transfer, unique } from '../support/inbox'

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

/** Which kept answers have this text. */
const keptTexts = (page: Page, text: string): Promise<string[]> => page.evaluate(async wanted => {
  const cache = await caches.open('prosa-reading')
  const found = []
  for (const request of await cache.keys()) {
    const path = new URL(request.url).pathname
    if (path.startsWith('/reading/') && (await (await cache.match(request))?.text())?.includes(wanted)) found.push(path.replace('/reading/', ''))
  }
  return found
}, text)

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

  test('what nobody opened can be read, with what came and left since; what went out of sight cannot', async ({ ownServers, newWindow, agent }) => {
    test.setTimeout(420_000)
    const servers = await ownServers()
    const ana = await newWindow({ baseURL: servers.url })
    // No waiting by chance.
    await ana.addInitScript(() => { Math.random = () => 0 })
    await signIn(ana, 'ana@prosa.example')
    await installed(ana)
    const [mine, unopened, handed] = [unique('Minha'), unique('Nunca aberta'), unique('Levada')]
    const number = newNumber()
    const [secret, question] = [unique('um segredo'), unique('e o preço?')]
    await inbound({ from: newNumber(), name: unopened, text: question, phone_number_id: salesNumber }, servers.sim)
    await inbound({ from: newNumber(), name: handed, text: secret, phone_number_id: salesNumber }, servers.sim)
    await inbound({ from: number, name: mine, text: 'bom dia', phone_number_id: salesNumber }, servers.sim)
    await open(ana)
    await showTab(ana, 'Novos')
    await openRow(ana, mine)
    await assume(ana)
    for (const text of [question, secret]) await expect.poll(() => keptTexts(ana, text), { timeout: 90_000 }).toContain('open')
    // The list, too, is read again, once it lacks something.
    await expect.poll(() => keptTexts(ana, question), { timeout: 120_000 }).toContain('conversations')

    // What comes and leaves over the socket is fetched again after a while.
    const [came, left] = [unique('chegou depois'), unique('saiu depois')]
    await inbound({ from: number, name: mine, text: came, phone_number_id: salesNumber }, servers.sim)
    await expect(bubble(ana, came)).toBeVisible()
    await say(ana, left)
    for (const text of [came, left]) await expect.poll(() => keptTexts(ana, text), { timeout: 90_000 }).toContain('open')

    // Handed over to a team whose conversations she does not see: nothing of it stays, at once.
    const admin = await agent('admin@prosa.example', { baseURL: servers.url })
    await showTab(admin, 'Novos')
    await openRow(admin, handed)
    await assume(admin)
    await transfer(admin, 'Suporte')
    await expect(row(ana, handed)).toHaveCount(0)
    await expect.poll(() => keptTexts(ana, secret)).toEqual([])
    expect(await keptTexts(ana, handed)).toEqual([])
    const address = new URL(admin.url()).pathname

    await servers.kill()
    await ana.goto('/inbox?tab=mine')
    await openRow(ana, mine)
    for (const text of ['bom dia', came, left]) await expect(bubble(ana, text)).toBeVisible()
    await showTab(ana, 'Novos')
    await openRow(ana, unopened)
    await expect(bubble(ana, question)).toBeVisible()
    await expect(row(ana, handed)).toHaveCount(0)
    await ana.goto(address)
    await expect(ana.locator('.thread')).toBeVisible()
    await expect(ana.getByText(secret)).toHaveCount(0)
    await servers.restart()
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

test('files that another app shares wait until one is signed in and has chosen, and lie in the tray then', async ({ ownServers, newWindow }) => {
  test.setTimeout(120_000)
  const servers = await ownServers()
  const page = await newWindow({ baseURL: servers.url })
  await page.goto('/login')
  await installed(page)
  const [name, text] = [unique('Recebe'), unique('segue a foto')]
  await inbound({ from: newNumber(), name, text: 'oi', phone_number_id: salesNumber }, servers.sim)
  // As the system does it for the installed app; nobody is signed in.
  await page.evaluate(shared => {
    const form = document.createElement('form')
    Object.assign(form, { method: 'post', action: '/share', enctype: 'multipart/form-data' })
    const note = Object.assign(document.createElement('input'), { name: 'text', value: shared })
    const files = Object.assign(document.createElement('input'), { name: 'files', type: 'file', multiple: true })
    const given = new DataTransfer()
    given.items.add(new File(['um texto'], 'pedido.txt', { type: 'text/plain' }))
    given.items.add(new File(['a,b'], 'lista.csv', { type: 'text/csv' }))
    given.items.add(new File([], 'vazio.txt', { type: 'text/plain' }))
    files.files = given.files
    form.append(note, files)
    document.body.append(form)
    form.submit()
  }, text)
  await page.waitForURL(/\/login/)
  await page.locator('input[name="email"]').fill('ana@prosa.example')
  await page.locator('input[name="password"]').fill(demoPassword)
  await page.locator('button[type="submit"]').click()
  await page.waitForURL(/\/inbox/)
  const notice = page.getByText('Escolha o atendimento que vai receber o texto e os arquivos compartilhados (2)')
  await expect(notice).toBeVisible()
  await expect(page.getByText('Arquivos que ficaram de fora')).toContainText('1')
  // Not even a reload loses it.
  await page.reload()
  await expect(notice).toBeVisible()
  await showTab(page, 'Novos')
  await openRow(page, name)
  await assume(page)
  await expect(notice).toBeHidden()
  await expect(editor(page)).toHaveValue(text)
  for (const file of ['pedido.txt', 'lista.csv']) await expect(page.getByRole('button', { name: `Retirar ${file}` })).toBeVisible()
  await expect.poll(() => page.evaluate(() => caches.has('prosa-shared'))).toBe(false)
})

test('a pushed note sets the number on the icon', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  await installed(ana)
  const worker = ana.context().serviceWorkers()[0] ?? await ana.context().waitForEvent('serviceworker')
  // The worker's own handler, told as the browser does; what it asks of the browser is written down.
  const asked = await worker.evaluate(async () => {
    const scope = globalThis as unknown as { navigator: Record<string, unknown>; registration: { showNotification: unknown }; dispatchEvent(event: Event): boolean }
    const calls: unknown[] = []
    Object.defineProperty(scope.navigator, 'setAppBadge', { configurable: true, value: async (n: number) => void calls.push(n) })
    Object.defineProperty(scope.navigator, 'clearAppBadge', { configurable: true, value: async () => void calls.push('cleared') })
    Object.defineProperty(scope.registration, 'showNotification', { configurable: true, value: async (title: string) => void calls.push(title) })
    const Push = (globalThis as unknown as { PushEvent: new (type: string, init: object) => Event }).PushEvent
    for (const unread of [3, 0, undefined]) {
      const event = new Push('push', { data: JSON.stringify({ title: `n${unread}`, text: '', tag: 'a', unread }) })
      // Browsers let only their own events wait.
      Object.defineProperty(event, 'waitUntil', { value: () => undefined })
      scope.dispatchEvent(event)
    }
    await new Promise(done => setTimeout(done, 200))
    return calls
  })
  expect(asked).toEqual([3, 'n3', 'cleared', 'n0', 'nundefined'])
})

test('the manifest names what an installed app needs', async ({ page, baseURL }) => {
  const manifest = await (await page.request.get(`${baseURL}/manifest.webmanifest`)).json()
  expect(manifest.id).toBe('/inbox')
  expect(manifest.share_target).toMatchObject({ action: '/share', method: 'POST', params: { files: [{ name: 'files' }] } })
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
