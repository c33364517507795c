// What is live: a connection that breaks and comes back, colleagues who look and write, rights that end.
import type { Page, WebSocketRoute } from '@playwright/test'
import { expect, inbound, newNumber, sent, test } from '../support/fixtures'
import { assume, bubble, editor, open, openRow, row, salesNumber, say, showTab, unique } from '../support/inbox'

/** The page's live socket, to be cut and let through again. */
class Wire {
  private open: WebSocketRoute[] = []
  private cut = false

  static async of(page: Page): Promise<Wire> {
    const wire = new Wire()
    await page.routeWebSocket(/\/live/, route => {
      if (wire.cut) return void route.close({ code: 1012 })
      route.connectToServer()
      wire.open.push(route)
    })
    return wire
  }

  async down(): Promise<void> {
    this.cut = true
    await Promise.all(this.open.splice(0).map(route => route.close({ code: 1012 })))
  }

  up(): void {
    this.cut = false
  }
}

test('a lost connection is told, what was missed comes in order, and the draft stays', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const wire = await Wire.of(ana)
  await open(ana)
  const [number, name] = [newNumber(), unique('Sem sinal')]
  await inbound({ from: number, name, text: 'mensagem 0', phone_number_id: salesNumber })
  await showTab(ana, 'Novos')
  await openRow(ana, name)
  await assume(ana)
  await editor(ana).fill('rascunho meu')
  const began = await ana.evaluate(() => performance.timeOrigin)

  await wire.down()
  await expect(ana.getByText(/^Sem conexão, tentando de novo/)).toBeVisible()
  for (const n of [1, 2, 3]) await inbound({ from: number, text: `mensagem ${n}`, phone_number_id: salesNumber })
  await expect(editor(ana)).toHaveValue('rascunho meu')
  wire.up()
  await expect(bubble(ana, 'mensagem 3')).toBeVisible({ timeout: 25_000 })
  await expect(ana.getByText(/^Sem conexão, tentando de novo/)).toBeHidden()
  await expect(bubble(ana, /mensagem \d/)).toHaveText([/mensagem 0/, /mensagem 1/, /mensagem 2/, /mensagem 3/])
  await expect(editor(ana)).toHaveValue('rascunho meu')
  expect(await ana.evaluate(() => performance.timeOrigin), 'never by a reload').toBe(began)

  // The draft outlives a reload, too.
  await ana.reload()
  await expect(editor(ana)).toHaveValue('rascunho meu')
})

test.describe('power cut', () => {
  test.use({ allowedErrors: [/ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|WebSocket|ERR_SOCKET/] })

  test('the server dies and comes back: what was written leaves once, what customers wrote is there', async ({ agent, ownServers }) => {
    test.setTimeout(90_000)
    const servers = await ownServers()
    const ana = await agent('ana@prosa.example', { baseURL: servers.url })
    const [number, name] = [newNumber(), unique('Queda')]
    await inbound({ from: number, name, text: 'antes', phone_number_id: salesNumber }, servers.sim)
    await showTab(ana, 'Novos')
    await openRow(ana, name)
    await assume(ana)
    await servers.kill()
    await inbound({ from: number, text: 'durante', phone_number_id: salesNumber }, servers.sim)
    await expect(ana.getByText(/^Sem conexão, tentando de novo/)).toBeVisible()
    await say(ana, 'escrito sem servidor')
    await expect(bubble(ana, 'escrito sem servidor')).toBeVisible()
    await servers.restart()
    await expect(bubble(ana, 'durante')).toBeVisible({ timeout: 40_000 })
    await expect(bubble(ana, 'escrito sem servidor').getByText('Entregue', { exact: true })).toBeAttached({ timeout: 40_000 })
    await expect(bubble(ana, 'escrito sem servidor')).toHaveCount(1)
    const out = (await sent(servers.sim)).filter(each => each.address === number)
    expect(out.map(each => (each.payload as { text: { body: string } }).text.body)).toEqual(['escrito sem servidor'])
  })
})

test('colleagues see who looks at and who writes in a conversation', async ({ agent }) => {
  const [ana, alice] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const name = unique('Vista')
  await inbound({ from: newNumber(), name, text: 'Alguém aí?', phone_number_id: salesNumber })
  for (const page of [ana, alice]) {
    await showTab(page, 'Novos')
    await openRow(page, name)
  }
  await expect(alice.getByText('Ana está olhando')).toBeVisible()
  await expect(ana.getByText('Alice está olhando')).toBeVisible()
  await assume(ana)
  await editor(ana).pressSequentially('Olá')
  await expect(alice.getByText('Ana está escrevendo')).toBeVisible()
  await editor(ana).fill('')
  await expect(alice.getByText('Ana está escrevendo')).toBeHidden()
  await ana.goto('/profile')
  await expect(alice.getByText('Ana está olhando')).toBeHidden()
})

test.describe('rights that end', () => {
  // The client asks once for what it may not see any more.
  test.use({ allowedErrors: [/404.*inbox\/open/] })

  test('who loses a team loses its conversations at once', async ({ agent, ownServers }) => {
    const servers = await ownServers()
    const [ana, alice] = [await agent('ana@prosa.example', { baseURL: servers.url }), await agent('admin@prosa.example', { baseURL: servers.url })]
    const [number, name] = [newNumber(), unique('Segredo')]
    await inbound({ from: number, name, text: 'Só para Vendas', phone_number_id: salesNumber }, servers.sim)
    await showTab(ana, 'Novos')
    await openRow(ana, name)
    await open(alice, '/settings/members')
    await alice.getByRole('link', { name: /Ana Martins/ }).click()
    await alice.getByRole('checkbox', { name: 'Vendas: atende' }).uncheck()
    await alice.getByRole('button', { name: 'Salvar' }).click()
    await expect(ana.getByText('Este atendimento não está mais aqui')).toBeVisible()
    await expect(row(ana, name)).toHaveCount(0)
    await inbound({ from: number, text: 'Mais um segredo', phone_number_id: salesNumber }, servers.sim)
    await open(alice, '/inbox')
    await expect(row(alice, name)).toContainText('Mais um segredo')
    await expect(ana.getByText('Mais um segredo')).toHaveCount(0)
  })
})
