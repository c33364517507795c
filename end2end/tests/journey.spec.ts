// A conversation from the customer's first message to its end and its new beginning, in two browsers side by side.
import { expect, inbound, newNumber, sent, sim, test } from '../support/fixtures'
import { act, assume, bubble, conclude, count, editor, line, openRow, pane, row, salesNumber, say, showTab, tab, transfer, unique } from '../support/inbox'

/** What the simulator was asked to deliver to a number, in order. */
const sentTo = async (number: string, base?: string) => (await sent(base)).filter(each => each.address === number)

const texts = async (number: string, base?: string) =>
  (await sentTo(number, base)).map(each => {
    const payload = each.payload as { type: string; text?: { body: string }; template?: { name: string } }
    return payload.text?.body ?? payload.template?.name
  })

/** A contact whose last message is older than the 24-hour window. */
const longAgo = () => Math.floor(Date.now() / 1000) - 25 * 3600

test('IN-1 AS-1 SM-2 TR-2 CO-6 a customer writes, an agent answers, hands over and concludes: live in two browsers', async ({ agent, ownServers }) => {
  test.setTimeout(90_000)
  const servers = await ownServers()
  const [ana, alice] = [await agent('ana@prosa.example', { baseURL: servers.url }), await agent('admin@prosa.example', { baseURL: servers.url })]
  const number = newNumber()
  const name = unique('Helena')
  await showTab(ana, 'Novos')
  await showTab(alice, 'Novos')
  await expect.poll(() => count(alice, 'Novos')).toBeGreaterThan(0)
  const before = { ana: await count(ana, 'Novos'), alice: await count(alice, 'Novos'), others: await count(alice, 'Outros') }
  const began = await Promise.all([ana, alice].map(page => page.evaluate(() => performance.timeOrigin)))

  await inbound({ from: number, name, text: 'Bom dia, vocês entregam hoje?', phone_number_id: salesNumber }, servers.sim)
  await expect(row(ana, name)).toContainText('Bom dia, vocês entregam hoje?')
  await expect(row(alice, name)).toBeVisible()
  await expect.poll(() => count(ana, 'Novos')).toBe(before.ana + 1)
  await expect.poll(() => count(alice, 'Novos')).toBe(before.alice + 1)

  // SM-3: reading it in Novos tells the customer nothing.
  await openRow(ana, name)
  await expect(bubble(ana, 'Bom dia, vocês entregam hoje?')).toBeVisible()
  const reads = async () => ((await sim('GET', '/sim/reads', undefined, servers.sim)) as { items: unknown[] }).items.length
  expect(await reads()).toBe(0)
  await assume(ana)
  await expect(tab(ana, 'Meus')).toHaveAttribute('aria-selected', 'true')
  await expect(line(ana, /Ana Martins assumiu o atendimento/)).toBeVisible()
  await expect.poll(reads, 'SM-3 receipts flow once assumed').toBeGreaterThan(0)
  await expect(row(alice, name)).toBeHidden()
  await expect.poll(() => count(alice, 'Novos')).toBe(before.alice)
  await expect.poll(() => count(alice, 'Outros')).toBe(before.others + 1)
  await showTab(alice, 'Outros')
  await expect(row(alice, name)).toContainText('Ana')

  await say(ana, 'Bom dia! Entregamos sim, até as 18 h.')
  await expect(bubble(ana, 'Entregamos sim').getByText('Entregue', { exact: true })).toBeAttached()
  expect(await texts(number, servers.sim)).toEqual(['Bom dia! Entregamos sim, até as 18 h.'])
  await sim('POST', '/sim/read', { from: number, phone_number_id: salesNumber }, servers.sim)
  await expect(bubble(ana, 'Entregamos sim').getByText('Lida', { exact: true })).toBeAttached()
  await openRow(alice, name)
  await expect(bubble(alice, 'Entregamos sim').getByText('Lida', { exact: true })).toBeAttached()

  await transfer(ana, 'Alice Andrade', 'Cliente antiga, cuide bem dela.')
  await showTab(alice, 'Meus')
  await openRow(alice, name)
  await expect(bubble(alice, 'Cliente antiga, cuide bem dela.')).toBeVisible()
  await expect(line(alice, /transferiu de .* para Alice Andrade/)).toBeVisible()
  await showTab(ana, 'Outros')
  await expect(row(ana, name)).toBeVisible()
  await expect(editor(ana)).toBeHidden()

  await act(alice, 'Concluir').click()
  const dialog = alice.getByRole('dialog', { name: 'Concluir atendimento?' })
  await expect(dialog).toContainText(`Obrigado pelo contato, ${name}!`)
  await dialog.getByRole('button', { name: 'Concluir', exact: true }).click()
  await expect(dialog).toBeHidden()
  await expect(line(alice, /Alice Andrade concluiu o atendimento/)).toBeVisible()
  await showTab(ana, 'Concluídos')
  await expect(row(ana, name)).toBeVisible()
  await expect.poll(() => texts(number, servers.sim)).toHaveLength(2)
  expect((await texts(number, servers.sim))[1]).toMatch(new RegExp(`^Obrigado pelo contato, ${name}! Seu protocolo é \\d+.*Alice`))
  // Nothing was reloaded on the way.
  expect(await Promise.all([ana, alice].map(page => page.evaluate(() => performance.timeOrigin)))).toEqual(began)
})

test.describe('two at once', () => {
  test.use({ allowedErrors: [/act\/assume/] })

  test('SM-11 AS-3 two agents press Iniciar at once: one has it, the other reads who', async ({ agent }) => {
    const [ana, alice] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
    const name = unique('Corrida')
    await inbound({ from: newNumber(), name, text: 'Quem me atende?', phone_number_id: salesNumber })
    for (const page of [ana, alice]) {
      await showTab(page, 'Novos')
      await openRow(page, name)
    }
    // Ana presses first, but her request arrives second.
    let release = () => {}
    const held = new Promise<void>(done => { release = done })
    await ana.route(/act\/assume/, async route => { await held; await route.continue() })
    await act(ana, 'Iniciar').click()
    await act(alice, 'Iniciar').click()
    await expect(line(alice, /Alice Andrade assumiu/)).toBeVisible()
    release()
    await expect(ana.getByRole('alert')).toHaveText(/Alice Andrade já assumiu este atendimento/)
    await expect(line(ana, /assumiu o atendimento/)).toHaveText([/^Alice Andrade assumiu/])
    await expect(editor(ana)).toBeHidden()
    await expect(editor(alice)).toBeVisible()
  })
})

test('CO-1 the queue can be concluded from, and nothing is sent for what nobody served', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const number = newNumber()
  const name = unique('Engano')
  await inbound({ from: number, name, text: 'Desculpe, número errado', phone_number_id: salesNumber })
  await showTab(ana, 'Novos')
  await openRow(ana, name)
  await conclude(ana)
  await expect(line(ana, /Ana Martins concluiu o atendimento/)).toBeVisible()
  await expect(row(ana, name)).toBeHidden()
  await showTab(ana, 'Concluídos')
  await expect(row(ana, name)).toBeVisible()
  expect(await texts(number)).toEqual([])
})

test('RE-1 RE-3 BW-2 IN-4 restarts with a template; what is written meanwhile leaves in order after the answer', async ({ agent }) => {
  test.setTimeout(60_000)
  const ana = await agent('ana@prosa.example')
  const number = newNumber()
  const name = unique('Otávio')
  await inbound({ from: number, name, text: 'Depois eu volto', phone_number_id: salesNumber, timestamp: longAgo() })
  await showTab(ana, 'Novos')
  await openRow(ana, name)
  await act(ana, 'Iniciar').click()
  // BW-2, BW-3: no free text, but templates.
  await expect(ana.getByText('A janela de 24 horas está fechada')).toBeVisible()
  await expect(editor(ana)).toBeHidden()
  await act(ana, 'Concluir').click()
  const question = ana.getByRole('dialog', { name: 'Concluir atendimento?' })
  await expect(question).toContainText('a janela está fechada')
  await question.getByRole('button', { name: 'Concluir', exact: true }).click()
  await expect(line(ana, /concluiu o atendimento/)).toBeVisible()

  await showTab(ana, 'Concluídos')
  await openRow(ana, name)
  await act(ana, 'Reiniciar').click()
  const dialog = ana.getByRole('dialog', { name: 'Reiniciar atendimento' })
  await dialog.getByRole('searchbox').fill('lembrete pedido')
  await dialog.getByRole('button', { name: /lembrete pedido/ }).first().click()
  await dialog.getByRole('button', { name: 'Enviar modelo' }).click()
  await expect(dialog.getByText('Preencha este valor.')).toHaveCount(2)
  await dialog.getByRole('textbox', { name: 'Texto: nome' }).fill('Otávio')
  await dialog.getByRole('textbox', { name: 'Texto: pedido' }).fill('2210')
  await expect(dialog.getByText('Olá Otávio, o seu pedido 2210 está pronto para retirada.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Enviar modelo' }).click()
  await expect(dialog).toBeHidden()
  await expect(bubble(ana, 'o seu pedido 2210 está pronto').getByText('Entregue', { exact: true })).toBeAttached()

  // RE-3: the window opens only when the customer reacts.
  await expect(ana.getByText(`Aguardando a resposta de ${name}.`)).toBeVisible()
  await say(ana, 'Primeiro: o endereço mudou.')
  await say(ana, 'Segundo: abrimos às 9 h.')
  await expect(bubble(ana, 'Segundo').getByText('Espera a resposta do contato').first()).toBeAttached()
  await say(ana, 'Terceiro: isto não vai.')
  await bubble(ana, 'Terceiro').getByRole('button', { name: 'Cancelar envio' }).click()
  await expect(bubble(ana, 'Terceiro')).toContainText('Mensagem cancelada antes de sair')
  expect(await texts(number)).toEqual(['lembrete_pedido'])

  await inbound({ from: number, text: 'Oi, pode falar', phone_number_id: salesNumber })
  await expect(bubble(ana, 'Segundo').getByText('Entregue', { exact: true })).toBeAttached()
  expect(await texts(number)).toEqual(['lembrete_pedido', 'Primeiro: o endereço mudou.', 'Segundo: abrimos às 9 h.'])
  await expect(editor(ana)).toHaveAttribute('placeholder', 'Escreva uma mensagem')
  await say(ana, 'Agora sai na hora.')
  await expect(bubble(ana, 'Agora sai na hora.').getByText('Entregue', { exact: true })).toBeAttached()
})

test('IN-7 IN-3 starts a conversation with a number in any form, by a template', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const digits = newNumber()
  const number = `(${digits.slice(2, 4)}) ${digits.slice(4, 9)}-${digits.slice(9)}`
  await ana.getByRole('button', { name: 'Nova conversa' }).click()
  const dialog = ana.getByRole('dialog', { name: 'Nova conversa' })
  await dialog.getByLabel('Número ou contato').fill(number)
  await dialog.getByText(/^Usar /).click()
  const name = unique('Nova Cliente')
  await dialog.getByLabel('Nome do contato novo').fill(name)
  const channel = dialog.getByLabel('Canal')
  if (await channel.count()) await channel.selectOption({ label: 'WhatsApp Vendas' }).catch(() => undefined)
  await dialog.getByRole('button', { name: /lembrete pedido/ }).first().click()
  await dialog.getByRole('textbox', { name: 'Texto: nome' }).fill('Nova')
  await dialog.getByRole('textbox', { name: 'Texto: pedido' }).fill('77')
  await dialog.getByRole('button', { name: /^(Começar|Enviar modelo)$/ }).last().click()
  await expect(pane(ana, name)).toBeVisible()
  await expect(bubble(ana, 'o seu pedido 77 está pronto').getByText('Entregue', { exact: true })).toBeAttached()
  expect(await texts(digits)).toEqual(['lembrete_pedido'])
})
