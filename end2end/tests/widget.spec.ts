// The website chat as a visitor sees it, on the simulator's shop page (another origin than the product's).
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Frame, WebSocketRoute } from '@playwright/test'
import { expect, expectAccessible, simUrl, test, type Page } from '../support/fixtures'

const shop = () => `${simUrl()}/shop`
const live = /\/chat\/[^/]+\/live$/

/** The chat's frame, once it has drawn itself. */
async function frameOf(page: Page): Promise<Frame> {
  let frame: Frame | undefined
  await expect(async () => {
    frame = page.frames().find(each => /\/chat\/[^/]+$/.test(new URL(each.url()).pathname))
    expect(await frame?.locator('textarea').count()).toBe(1)
  }, 'the chat frame').toPass({ timeout: 10_000 })
  return frame as Frame
}

/** Whether the panel is on view: the frame inside cannot tell, and the shadow root is closed. */
const panelShown = (page: Page) => page.evaluate(() => document.elementFromPoint(innerWidth - 60, innerHeight / 2)?.tagName === 'PROSA-CHAT')

async function openChat(page: Page, url = shop()): Promise<Frame> {
  await page.goto(url)
  await page.locator('prosa-chat').click()
  const frame = await frameOf(page)
  await expect.poll(() => panelShown(page)).toBe(true)
  return frame
}

async function write(frame: Frame, text: string): Promise<void> {
  await frame.locator('textarea').fill(text)
  await frame.locator('textarea').press('Enter')
}

/** Text that no other test writes. */
const unique = (text: string) => `${text} ${Math.random().toString(36).slice(2, 8)}`

const own = (frame: Frame) => frame.locator('.row.me .bubble')
const row = (frame: Frame, text: string) => frame.locator('.row', { has: frame.getByText(text, { exact: true }) })
const delivered = (frame: Frame, text: string) => expect(row(frame, text).locator('.tick.delivered, .tick.read')).toBeVisible()

/** The line between browser and server in the test's hand: to cut it, and to say things in the server's name. */
class Line {
  private routes: WebSocketRoute[] = []
  private cut = false
  /** Addresses of all sockets. */
  readonly addresses: string[] = []
  /** What the browser sent, as text. */
  readonly sent: string[] = []
  /** Frames of the browser for which this answers something reach the browser's side only. */
  answer: (frame: Record<string, unknown>) => object | undefined = () => undefined

  static async of(page: Page): Promise<Line> {
    const line = new Line()
    await page.routeWebSocket(live, route => line.opened(route))
    return line
  }

  private opened(route: WebSocketRoute): void {
    this.addresses.push(route.url())
    if (this.cut) return void route.close({ code: 1012 })
    const server = route.connectToServer()
    route.onMessage(message => {
      this.sent.push(String(message))
      const answer = this.answer(JSON.parse(String(message)))
      if (answer) route.send(JSON.stringify(answer))
      else server.send(message)
    })
    this.routes.push(route)
  }

  async down(): Promise<void> {
    this.cut = true
    await Promise.all(this.routes.splice(0).map(route => route.close({ code: 1012 })))
  }

  up(): void {
    this.cut = false
  }

  /** Says something in the server's name. */
  say(frame: object): void {
    for (const route of this.routes) route.send(JSON.stringify(frame))
  }

  private position = 4_000_000_000_000_000_000n
  /** A message of an agent, later than all of the real ones. */
  them(text: string, author = 'Marina'): void {
    const n = String((this.position += 1n))
    this.say({ frame: 'message', id: n, n, from: 'them', text, at: Date.now(), author })
  }
}

test('WC-1 loader, frame and style are at most 16 KB compressed together', async ({ request }) => {
  let total = 0
  for (const name of ['widget.js', 'widget-frame.js', 'widget-frame.css']) {
    const answer = await request.fetch(`/${name}`, { method: 'HEAD', headers: { 'accept-encoding': 'br' } })
    expect(answer.status(), name).toBe(200)
    expect(answer.headers()['content-encoding'], name).toBe('br')
    const length = Number(answer.headers()['content-length'])
    expect(length, name).toBeGreaterThan(500)
    total += length
  }
  expect(total).toBeLessThanOrEqual(16 * 1024)
})

test.describe('the page around', () => {
  // A style sheet opened as a page has no icon of its own.
  test.use({ allowedErrors: [/favicon\.ico/] })

  test('WC-1 one script tag, and the page keeps to itself: no global, no cookie, no storage, its styles stay out', async ({ page }) => {
    await page.goto(`${simUrl()}/shop/style.css`)
    const bare = await page.evaluate(() => Object.getOwnPropertyNames(window).sort())
    await openChat(page)
    const seen = await page.evaluate(() => ({
      names: Object.getOwnPropertyNames(window).sort(),
      cookie: document.cookie,
      stored: localStorage.length + sessionStorage.length,
      root: document.querySelector('prosa-chat')?.shadowRoot ?? null,
      children: document.querySelector('prosa-chat')?.childNodes.length,
      tags: document.querySelectorAll('script[src$="/widget.js"]').length,
    }))
    // Frames of a window appear as numbers, and only the browser puts those there.
    const added = seen.names.filter(name => !bare.includes(name) && !/^\d+$/.test(name))
    expect(added).toEqual([])
    expect(seen).toMatchObject({ cookie: '', stored: 0, root: null, children: 0, tags: 1 })
    await page.addStyleTag({ content: 'prosa-chat, prosa-chat * { display: none !important; position: static !important }' }).catch(() => undefined)
    await expect(page.locator('prosa-chat')).toBeVisible()
    expect(await page.context().cookies()).toEqual([])
  })
})

test('WC-7 a message is delivered, and is there after a reload', async ({ page }) => {
  let frame = await openChat(page)
  const text = unique('Bom dia')
  await write(frame, text)
  await delivered(frame, text)
  await expect(frame.locator('textarea')).toHaveValue('')
  await page.reload()
  await page.locator('prosa-chat').click()
  frame = await frameOf(page)
  await delivered(frame, text)
  await expect(own(frame)).toHaveText([text])
})

test('WC-5 a visitor is the same in a second tab and on another page, and a stranger in another browser', async ({ page, context, newWindow }) => {
  const frame = await openChat(page)
  const [first, second] = [unique('da primeira aba'), unique('da segunda aba')]
  await write(frame, first)
  await delivered(frame, first)
  const other = await context.newPage()
  const tab = await openChat(other, `${shop()}?outra=pagina`)
  await expect(own(tab)).toHaveText([first])
  await write(tab, second)
  await delivered(tab, second)
  await expect(own(frame)).toHaveText([first, second])
  const stranger = await openChat(await newWindow())
  await write(stranger, unique('outra pessoa'))
  await expect(own(stranger)).toHaveCount(1)
})

test('WC-5 neither the visitor\'s token nor the ticket is ever in an address', async ({ page }) => {
  const line = await Line.of(page)
  const addresses: string[] = []
  page.on('request', request => addresses.push(request.url()))
  const frame = await openChat(page)
  await write(frame, unique('segredo'))
  await expect(frame.locator('.tick.delivered')).toBeVisible()
  const { token, ticket } = await frame.evaluate(() => ({
    token: Object.entries(localStorage).find(([key]) => key.endsWith('.token'))?.[1] as string,
    ticket: document.documentElement.dataset.ticket ?? '',
  }))
  expect(token.length).toBeGreaterThan(20)
  expect(ticket.length).toBeGreaterThan(20)
  expect(line.addresses.length).toBeGreaterThan(0)
  for (const address of [...addresses, ...line.addresses]) {
    expect(address).not.toContain(token)
    expect(address).not.toContain(ticket)
  }
})

test('WC-7 what is written while the line is cut leaves once, in order, when it is back', async ({ page }) => {
  const line = await Line.of(page)
  let frame = await openChat(page)
  const texts = [unique('antes'), unique('durante um'), unique('durante dois')]
  await write(frame, texts[0] as string)
  await delivered(frame, texts[0] as string)
  await line.down()
  await expect(frame.getByText('Sem conexão')).toBeVisible()
  await write(frame, texts[1] as string)
  await write(frame, texts[2] as string)
  await expect(frame.locator('.tick.pending')).toHaveCount(2)
  line.up()
  await frame.getByRole('button', { name: 'Tentar agora' }).click()
  await delivered(frame, texts[2] as string)
  await expect(frame.getByText('Sem conexão')).toBeHidden()
  await page.reload()
  await page.locator('prosa-chat').click()
  frame = await frameOf(page)
  await expect(own(frame)).toHaveText(texts)
})

test('WC-7 an answer that got lost does not make two messages; draft and unsent text outlive a reload', async ({ page }) => {
  const line = await Line.of(page)
  let frame = await openChat(page)
  const [lost, unsent] = [unique('resposta perdida'), unique('nunca saiu')]
  // The server gets the first message, the browser never hears of it; then the line is dead.
  await write(frame, lost)
  await expect.poll(() => line.sent.some(frame => frame.includes(lost))).toBe(true)
  await line.down()
  await write(frame, unsent)
  await frame.locator('textarea').fill('um rascunho')
  await page.reload()
  line.up()
  await page.locator('prosa-chat').click()
  frame = await frameOf(page)
  await expect(frame.locator('textarea')).toHaveValue('um rascunho')
  await delivered(frame, unsent)
  await expect(own(frame)).toHaveText([lost, unsent])
})

test('WC-7 typing, read ticks, and the count of unread messages on the launcher', async ({ page }) => {
  const line = await Line.of(page)
  const frame = await openChat(page)
  const text = unique('Alguém aí?')
  await write(frame, text)
  await delivered(frame, text)
  line.say({ frame: 'typing' })
  await expect(frame.getByText('Digitando…')).toBeVisible()
  line.say({ frame: 'seen', upto: '4999999999999999999' })
  await expect(row(frame, text).getByText('Lida')).toBeVisible()
  line.them('Estou aqui')
  await expect(frame.getByText('Digitando…')).toBeHidden()
  await expect.poll(() => line.sent.some(frame => frame === '{"frame":"read","upto":"4000000000000000001"}')).toBe(true)
  await frame.locator('textarea').press('Escape')
  await expect.poll(() => panelShown(page)).toBe(false)
  line.them('Ainda aí?')
  line.them('Responda quando puder')
  // The shadow root is closed: what it says is read from the accessibility tree.
  const session = await page.context().newCDPSession(page)
  const names = async () => {
    const { nodes } = await session.send('Accessibility.getFullAXTree')
    return nodes.filter(node => node.role?.value === 'button').map(node => node.name?.value)
  }
  await expect.poll(names).toContain('Abrir o chat, mensagens novas: 2')
  await page.locator('prosa-chat').click()
  await expect.poll(names).not.toContain('Abrir o chat, mensagens novas: 2')
})

test('WC-7 works without storage too, and only forgets', async ({ page }) => {
  // As where the browser denies storage to pages inside pages.
  await page.addInitScript(() => {
    if (window.parent !== window) Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('denied', 'SecurityError') } })
  })
  const frame = await openChat(page)
  const text = unique('sem memória')
  await write(frame, text)
  await delivered(frame, text)
})

test('WC-8 a message that came too fast waits and leaves by itself', async ({ page }) => {
  const line = await Line.of(page)
  const frame = await openChat(page)
  const texts = [unique('um'), unique('dois')]
  let refusals = 1
  line.answer = it => it.frame === 'message' && refusals-- > 0
    ? { frame: 'error', code: 'rate_limited', text: '', retry_after_ms: 1000, client_id: it.client_id }
    : undefined
  await write(frame, texts[0] as string)
  await write(frame, texts[1] as string)
  await expect(frame.getByText('Muitas mensagens em pouco tempo')).toBeVisible()
  await delivered(frame, texts[1] as string)
  await expect(own(frame)).toHaveText(texts)
})

test('WC-8 texts over the limit are held back with the reason', async ({ page }) => {
  const line = await Line.of(page)
  const frame = await openChat(page)
  await write(frame, '😀'.repeat(4097))
  await expect(frame.getByText('Caracteres acima do limite: 1')).toBeVisible()
  expect(line.sent.filter(frame => frame.includes('"message"'))).toEqual([])
  const longest = unique('x'.repeat(4096 - 7))
  await write(frame, longest)
  await delivered(frame, longest)
})

test('a ticket that is too old is renewed without losing what was typed', async ({ page }) => {
  const line = await Line.of(page)
  let frame = await openChat(page)
  const text = unique('antes da renovação')
  await write(frame, text)
  await delivered(frame, text)
  await frame.locator('textarea').fill('ainda escrevendo')
  // A younger frame would wait, so that a server that refuses all tickets is not stormed.
  await expect.poll(() => frame.evaluate(() => performance.now()), { timeout: 15_000 }).toBeGreaterThan(10_500)
  const ticket = await frame.evaluate(() => document.documentElement.dataset.ticket)
  line.say({ frame: 'error', code: 'bad_ticket', text: '' })
  await expect(async () => {
    frame = await frameOf(page)
    expect(await frame.evaluate(() => document.documentElement.dataset.ticket)).not.toBe(ticket)
  }).toPass({ timeout: 10_000 })
  await delivered(frame, text)
  await expect(frame.locator('textarea')).toHaveValue('ainda escrevendo')
})

test('stored XSS: hostile texts and names are shown as text, and only plain web addresses become links', async ({ page }) => {
  const line = await Line.of(page)
  const frame = await openChat(page)
  const hostile = [
    '<img src=x onerror="window.hacked=1">',
    '<script>window.hacked=1</script>',
    '"><svg onload=window.hacked=1>',
    '[x](javascript:window.hacked=1) javascript:window.hacked=1',
    'https://bank.example@evil.example/ data:text/html,<b>x</b>',
  ]
  for (const text of hostile) await write(frame, text)
  await expect(frame.locator('.tick.delivered')).toHaveCount(hostile.length)
  for (const text of hostile) line.them(text, text)
  line.them('https://good.example/a?b=1')
  await expect(frame.locator('.row.them .bubble a')).toHaveCount(1)
  await expect(own(frame)).toHaveText(hostile)
  const link = frame.locator('.bubble a')
  await expect(link).toHaveAttribute('href', 'https://good.example/a?b=1')
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow')
  await expect(link).toHaveAttribute('target', '_blank')
  await expect(frame.locator('.log img, .log script, .log b, .log [onload], .log [onerror]')).toHaveCount(0)
  expect(await frame.evaluate(() => 'hacked' in window)).toBe(false)
  expect(await page.evaluate(() => 'hacked' in window)).toBe(false)
})

test('attack 11: messages from any other window than the page and its frame change nothing', async ({ page }) => {
  const line = await Line.of(page)
  await page.goto(shop())
  const frame = await frameOf(page)
  // The frame hears only the page that carries it: not itself, even with the right words.
  await frame.evaluate(() => window.postMessage({ prosa: 'open', page: '', title: '', focus: true }, '*'))
  // The page's script hears only its own frame: not the page.
  await page.evaluate(() => {
    window.postMessage({ prosa: 'unread', count: 7 }, '*')
    window.postMessage({ prosa: 'reload' }, '*')
  })
  await page.evaluate(() => new Promise(done => setTimeout(done, 500)))
  expect(line.addresses).toEqual([])
  expect(frame.isDetached()).toBe(false)
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  const names = nodes.filter(node => node.role?.value === 'button').map(node => node.name?.value)
  expect(names).toContain('Abrir o chat')
})

test.describe('a site that is not allowed', () => {
  test.use({ allowedErrors: [/frame-ancestors|responded with a status of 40[34]/] })
  let server: Server
  test.beforeAll(async () => {
    server = createServer((_, answer) => {
      answer.writeHead(200, { 'content-type': 'text/html' })
      answer.end(`<!doctype html><title>x</title><link rel="icon" href="data:,"><h1>x</h1><script async src="${process.env.PROSA_E2E_URL}/widget.js" data-key="demo-webchat"></script>`)
    })
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  })
  test.afterAll(() => void server.close())

  test('WC-4 gets no chat and opens no socket', async ({ page }) => {
    const sockets: string[] = []
    page.on('websocket', socket => sockets.push(socket.url()))
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const asked = page.waitForResponse(/\/chat\/demo-webchat/, { timeout: 10_000 }).catch(() => undefined)
    await page.locator('prosa-chat').click()
    await asked
    await page.evaluate(() => new Promise(done => setTimeout(done, 1000)))
    for (const frame of page.frames()) expect(await frame.locator('textarea').count()).toBe(0)
    expect(sockets).toEqual([])
  })
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`WC-9 the chat is accessible, ${colorScheme}`, async ({ newWindow }) => {
    const page = await newWindow({ colorScheme })
    const line = await Line.of(page)
    const frame = await openChat(page)
    await write(frame, unique('Olá'))
    await expect(frame.locator('.tick.delivered')).toBeVisible()
    line.them('Veja https://example.org')
    line.say({ frame: 'seen', upto: '4999999999999999999' })
    await expect(frame.locator('.tick.read')).toBeVisible()
    await expectAccessible(frame as unknown as Page)
    await line.down()
    await write(frame, unique('mais tarde'))
    await frame.locator('textarea').fill('x'.repeat(4100))
    await expect(frame.getByText('Sem conexão')).toBeVisible()
    await expectAccessible(frame as unknown as Page)
  })
}

test('WC-9 by keyboard alone: open, write two lines, send, close, and the focus is back', async ({ page }) => {
  await page.goto(shop())
  await frameOf(page)
  await page.locator('prosa-chat').focus().catch(() => undefined)
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(() => document.activeElement?.tagName === 'PROSA-CHAT')) break
  }
  await page.keyboard.press('Enter')
  const frame = await frameOf(page)
  await expect(frame.locator('textarea')).toBeFocused()
  const mark = unique('linha')
  await page.keyboard.type(mark)
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('segunda')
  await page.keyboard.press('Enter')
  await expect(own(frame)).toHaveText([`${mark}\nsegunda`], { useInnerText: true })
  await page.keyboard.press('Escape')
  await expect.poll(() => panelShown(page)).toBe(false)
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('PROSA-CHAT')
})

test('WC-9 fills a phone and a window at 200 % zoom, without scrolling sideways', async ({ newWindow }) => {
  for (const viewport of [{ width: 320, height: 568 }, { width: 640, height: 360 }]) {
    const page = await newWindow({ viewport, hasTouch: true })
    const frame = await openChat(page)
    await write(frame, 'palavraenorme'.repeat(30))
    await expect(own(frame)).toBeVisible()
    const size = await frame.evaluate(() => {
      const log = document.querySelector('.log') as HTMLElement
      return { width: innerWidth, height: innerHeight, over: document.documentElement.scrollWidth - innerWidth, inside: log.scrollWidth - log.clientWidth }
    })
    expect(size).toEqual({ ...viewport, over: 0, inside: 0 })
    await frame.getByRole('button', { name: 'Fechar o chat' }).tap()
    await expect.poll(() => panelShown(page)).toBe(false)
  }
})

for (const [language, words] of Object.entries({ 'pt-BR': 'Escreva uma mensagem', en: 'Write a message', es: 'Escribe un mensaje' })) {
  test(`WC-2 speaks the visitor's language: ${language}`, async ({ newWindow }) => {
    const page = await newWindow({ locale: language })
    // The page itself names a language: without it the browser's counts.
    await page.addInitScript(() => {
      new MutationObserver(() => document.documentElement?.removeAttribute('lang')).observe(document, { childList: true })
    })
    const frame = await openChat(page)
    await expect(frame.getByPlaceholder(words)).toBeVisible()
  })
}
