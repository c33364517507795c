// A day's work: two people at their desks and one on a phone, one server that dies in between, and at its end every
// customer has what was written to them, once and in order, and nobody saw what is not theirs.
import { expect, inbound, newNumber, sent, sim, test, type Page } from '../support/fixtures'
import { act, assume, bubble, conclude, editor, line, open, openRow, pane, row, salesNumber, say, showTab, supportNumber, transfer, unique } from '../support/inbox'

test.use({ allowedErrors: [/ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|ERR_INTERNET_DISCONNECTED|WebSocket|ERR_SOCKET|409|404/] })

const pdf = { name: 'tabela.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF') }

/** On a finger's keyboard Enter breaks the line: the button sends. */
async function tap(page: Page, text: string): Promise<void> {
  await editor(page).fill(text)
  await page.getByRole('button', { name: 'Enviar', exact: true }).click()
  await expect(editor(page)).toHaveValue('')
}

/** Begins with a number by a template. */
async function startWith(page: Page, who: Who): Promise<void> {
  await page.getByRole('button', { name: 'Nova conversa' }).click()
  const dialog = page.getByRole('dialog', { name: 'Nova conversa' })
  await dialog.getByLabel('Número ou contato').fill(`+${who.number}`)
  await dialog.getByText(/^Usar /).click()
  await dialog.getByLabel('Nome do contato novo').fill(who.name)
  const channel = dialog.getByLabel('Canal')
  await channel.selectOption(await channel.locator('option', { hasText: 'WhatsApp Vendas' }).getAttribute('value'))
  await dialog.getByRole('button', { name: /lembrete pedido/ }).first().click()
  await dialog.getByRole('textbox', { name: 'Texto: nome' }).fill('Lia')
  await dialog.getByRole('textbox', { name: 'Texto: pedido' }).fill('77')
  await dialog.getByRole('button', { name: /^(Começar|Enviar modelo)$/ }).last().click()
  await expect(pane(page, who.name)).toBeVisible()
}

test('a day: nothing is lost, doubled, or seen by who may not', async ({ agent, ownServers }) => {
  test.setTimeout(300_000)
  const servers = await ownServers()
  const baseURL = servers.url
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true }
  const ana = await agent('ana@prosa.example', { baseURL })
  const bruno = await agent('bruno@prosa.example', { baseURL })
  const carla = await agent('carla@prosa.example', { baseURL, ...phone })
  const [helena, davi, rosa, lia] = ['Helena', 'Davi', 'Rosa', 'Lia'].map(name => ({ name: unique(name), number: newNumber() })) as [Who, Who, Who, Who]
  const writes = (who: Who, text: string, to = salesNumber) => inbound({ from: who.number, name: who.name, text, phone_number_id: to }, servers.sim)
  const got = async (who: Who) => (await sent(servers.sim)).filter(each => each.address === who.number).map(each => said(each.payload as Payload))
  const secret = `sigilo${Math.random().toString(36).slice(2, 10)}`

  await test.step('the morning: customers write, and each finds somebody', async () => {
    await writes(helena, 'Bom dia! Vocês têm a caneca azul?')
    await writes(davi, `Meu pedido não chegou, senha ${secret}`, supportNumber)
    await writes(rosa, 'Alguém aí?', supportNumber)
    await showTab(ana, 'Novos')
    await openRow(ana, helena.name)
    await assume(ana)
    // Two reach for the same conversation at once: one has it, the other sees who.
    await showTab(bruno, 'Novos')
    await openRow(bruno, davi.name)
    await showTab(carla, 'Novos')
    await openRow(carla, davi.name)
    const press = (page: Page) => act(page, 'Iniciar').evaluate(button => (button as HTMLElement).click())
    await Promise.all([press(bruno), press(carla)])
    const taken = line(bruno, /assumiu o atendimento/)
    await expect(taken).toHaveCount(1)
    if (/Carla/.test(await taken.innerText())) {
      await transfer(carla, 'Bruno Teixeira')
      await showTab(bruno, 'Meus')
      await openRow(bruno, davi.name)
    }
    await expect(editor(bruno)).toBeVisible()
    await open(carla)
    await showTab(carla, 'Novos')
    await openRow(carla, rosa.name)
    await assume(carla)
  })

  await test.step('answers: text, a quote, a file, a note, from desk and phone', async () => {
    await say(ana, 'Bom dia, *Helena*! Temos sim.')
    await ana.locator('input[data-attach=document]').setInputFiles([pdf])
    await editor(ana).fill('Segue a tabela')
    await ana.getByRole('button', { name: 'Enviar', exact: true }).click()
    await expect(ana.getByRole('link', { name: 'Baixar tabela.pdf' })).toBeVisible()
    await writes(helena, 'Obrigada!')
    await expect(bubble(ana, 'Obrigada!')).toBeVisible()
    await say(bruno, 'Oi, Davi. Vou ver com a transportadora.')
    await tap(carla, 'Oi, Rosa, estou aqui.')
    await tap(carla, 'Em que posso ajudar?')
    await expect(bubble(carla, 'Em que posso ajudar?').getByText(/^(Entregue|Lida)$/)).toBeAttached()
  })

  await test.step('noon: the phone is in a tunnel; what was written leaves once it is out', async () => {
    await carla.context().setOffline(true)
    await expect(carla.getByText(/^Sem conexão/)).toBeVisible({ timeout: 20_000 })
    await tap(carla, 'escrito no túnel')
    await tap(carla, 'e mais uma')
    await writes(rosa, 'Minha nota veio errada', supportNumber)
    await carla.context().setOffline(false)
    await expect(bubble(carla, 'Minha nota veio errada')).toBeVisible({ timeout: 40_000 })
    await expect(bubble(carla, 'e mais uma').getByText(/^(Entregue|Lida)$/)).toBeAttached({ timeout: 40_000 })
  })

  await test.step('the server dies while all three write, and comes back', async () => {
    await servers.kill()
    await say(ana, 'Chega amanhã.')
    await say(bruno, 'A transportadora respondeu.')
    await tap(carla, 'Já corrigimos a nota.')
    await writes(helena, 'Que bom!')
    await servers.restart()
    for (const [page, text] of [[ana, 'Chega amanhã.'], [bruno, 'A transportadora respondeu.'], [carla, 'Já corrigimos a nota.']] as const) {
      await expect(bubble(page, text).getByText(/^(Entregue|Lida)$/)).toBeAttached({ timeout: 60_000 })
      await expect(bubble(page, text)).toHaveCount(1)
    }
    await expect(bubble(ana, 'Que bom!')).toBeVisible({ timeout: 60_000 })
  })

  await test.step('the afternoon: a hand-over, with a note for who takes it', async () => {
    await transfer(ana, 'Suporte', 'Quer trocar a alça da caneca.')
    await expect(editor(ana)).toBeHidden()
    await showTab(bruno, 'Novos')
    await openRow(bruno, helena.name)
    await expect(bubble(bruno, 'Quer trocar a alça da caneca.')).toBeVisible()
    await expect(bubble(bruno, 'Temos sim.')).toBeVisible()
    await assume(bruno)
    await say(bruno, 'A troca é por nossa conta.')
    await expect(bubble(bruno, 'A troca é por nossa conta.').getByText(/^(Entregue|Lida)$/)).toBeAttached()
    await expect(line(bruno, /transferiu/).first()).toBeVisible()
  })

  await test.step('a number nobody knows: by template, and what waits leaves after the answer', async () => {
    await startWith(ana, lia)
    await editor(ana).fill('Fico no aguardo.')
    await editor(ana).press('Enter')
    await writes(lia, 'Oi, pode falar.')
    await expect(bubble(ana, 'Fico no aguardo.').getByText(/^(Entregue|Lida)$/)).toBeAttached({ timeout: 20_000 })
  })

  await test.step('the evening: all is concluded, once', async () => {
    await conclude(ana)
    await conclude(bruno, { silent: true })
    await showTab(bruno, 'Meus')
    await openRow(bruno, davi.name)
    await conclude(bruno, { silent: true })
    await conclude(carla, { silent: true })
    for (const page of [ana, bruno, carla]) {
      await open(page)
      await showTab(page, 'Concluídos')
    }
    await expect(row(bruno, davi.name)).toBeVisible()
    await expect(row(carla, rosa.name)).toBeVisible()
  })

  await test.step('nothing was lost or doubled', async () => {
    expect(await got(helena)).toEqual(['Bom dia, *Helena*! Temos sim.', 'tabela.pdf: Segue a tabela', 'Chega amanhã.', 'A troca é por nossa conta.'])
    expect(await got(davi)).toEqual(['Oi, Davi. Vou ver com a transportadora.', 'A transportadora respondeu.'])
    expect(await got(rosa)).toEqual(['Oi, Rosa, estou aqui.', 'Em que posso ajudar?', 'escrito no túnel', 'e mais uma', 'Já corrigimos a nota.'])
    const last = await got(lia)
    expect([last.length, last[1]], 'template, what waited, closing message').toEqual([3, 'Fico no aguardo.'])
    for (const [page, who, texts] of [
      [bruno, davi, [secret]],
      [carla, rosa, ['Alguém aí?', 'Minha nota veio errada']],
    ] as const) {
      await openRow(page, who.name)
      for (const text of texts) await expect(bubble(page, text)).toHaveCount(1)
    }
  })

  await test.step('nobody saw what is not theirs', async () => {
    // Davi's and Rosa's conversations belong to Suporte alone, even when they are over.
    await expect(row(ana, davi.name)).toHaveCount(0)
    await expect(row(ana, rosa.name)).toHaveCount(0)
    const search = ana.getByRole('textbox', { name: 'Buscar atendimentos' })
    await search.fill(secret)
    await expect(ana.getByRole('region', { name: 'Resultados da busca' }).getByText(`Nada encontrado para “${secret}”`)).toBeVisible()
    await bruno.getByRole('textbox', { name: 'Buscar atendimentos' }).fill(secret)
    await expect(bruno.getByRole('region', { name: 'Resultados da busca' }).getByText(davi.name).first()).toBeVisible()
    const address = await bruno.evaluate(() => location.pathname)
    await ana.goto(address)
    await expect(ana.getByText('Este atendimento não está mais aqui')).toBeVisible()
    await expect(ana.getByText(secret)).toHaveCount(0)
    expect(((await sim('GET', '/sim/reads', undefined, servers.sim)) as { items: unknown[] }).items.length).toBeGreaterThan(0)
  })
})

interface Who { name: string; number: string }
interface Payload { type: string; text?: { body: string }; template?: { name: string }; document?: { filename: string; caption?: string } }

const said = (payload: Payload): string =>
  payload.text?.body ?? payload.template?.name ?? (payload.document ? `${payload.document.filename}: ${payload.document.caption ?? ''}` : payload.type)
