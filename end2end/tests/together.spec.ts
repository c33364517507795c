// Two who answer at once, who may answer, and what is over: collision, "only the assignee", archive, pause.
import { type Page, expect, expectAccessible, inbound, newNumber, sent, test } from '../support/fixtures'
import { act, bubble, conclude, editor, open, openRow, pane, salesNumber, say, serve, showTab, unique } from '../support/inbox'

test.describe.configure({ timeout: 240_000 })

const [admin, ana] = ['admin@prosa.example', 'ana@prosa.example']

/** Switches the account's rule, as an admin. */
async function onlyAssignee(page: Page, on: boolean): Promise<void> {
  await open(page, '/settings/features')
  const choice = page.locator('input[name="only_assignee"]')
  if ((await choice.isChecked()) !== on) {
    await choice.click()
    await page.getByRole('button', { name: 'Salvar' }).click()
    await expect(page.getByText('Salvo')).toBeVisible()
  }
}

test('while a colleague writes, a message asks once; nothing typed is lost', async ({ agent }) => {
  const [one, boss] = [await agent(ana), await agent(admin)]
  const { name } = await serve(one, 'Colisão')
  await showTab(boss, 'Outros')
  await openRow(boss, name)
  await editor(boss).pressSequentially('eu também')
  await expect(pane(one, name).getByText(/escrevendo/)).toBeVisible()
  await editor(one).fill('minha resposta')
  await editor(one).press('Enter')
  const question = pane(one, name).getByRole('alert').filter({ hasText: 'está escrevendo para este contato' })
  await expect(question).toBeVisible()
  await expect(editor(one)).toHaveValue('minha resposta')
  await expect(bubble(one, 'minha resposta')).toHaveCount(0)
  await expectAccessible(one, '.composer')
  await one.screenshot({ path: 'test-results/collision.png' })
  await question.getByRole('button', { name: 'Responder mesmo assim' }).click()
  await expect(bubble(one, 'minha resposta')).toHaveCount(1)
  await expect(editor(one)).toHaveValue('')
  // Who waits is free again when the other one has stopped.
  await editor(boss).pressSequentially(' e mais')
  await editor(one).fill('outra')
  await editor(boss).fill('')
  await editor(boss).blur()
  await expect(question).toBeHidden()
  await editor(one).press('Enter')
  await expect(bubble(one, 'outra')).toHaveCount(1)
  // Notes are never asked about.
  await editor(boss).pressSequentially('de novo')
  await one.getByRole('tab', { name: 'Nota' }).click()
  await one.getByRole('textbox', { name: /nota/i }).fill('só para nós')
  await one.getByRole('textbox', { name: /nota/i }).press('Enter')
  await expect(bubble(one, 'só para nós')).toHaveCount(1)
})

test('where only the assignee answers, who leads is told why and takes over', async ({ agent }) => {
  const [one, boss] = [await agent(ana), await agent(admin)]
  await onlyAssignee(boss, true)
  const { name } = await serve(one, 'Só quem atende')
  await open(boss)
  await showTab(boss, 'Outros')
  const opened = await openRow(boss, name)
  await expect(opened.locator('.composer')).toContainText('só quem atende responde')
  await expect(editor(boss)).toBeHidden()
  await boss.screenshot({ path: 'test-results/only-assignee.png' })
  await opened.locator('.composer').getByRole('button', { name: 'Assumir' }).click()
  await say(boss, 'agora comigo')
  await expect(bubble(boss, 'agora comigo')).toHaveCount(1)
  await onlyAssignee(boss, false)
})

test('AR-2: the archive finds what is over by contact and agent; a row is read and restarted', async ({ agent }) => {
  const one = await agent(ana)
  const { name } = await serve(one, 'Arquivo')
  await say(one, 'resolvido')
  await conclude(one, { silent: true })
  await one.keyboard.press('Escape')
  await open(one, '/archive')
  const list = one.getByRole('list', { name: 'Arquivo de atendimentos' })
  await expect(list.getByRole('listitem').first()).toContainText(name)
  await one.getByRole('searchbox', { name: /Contato/ }).fill(name)
  await expect(list.getByRole('listitem')).toHaveCount(1)
  await one.getByRole('combobox', { name: 'Quem atendeu' }).selectOption({ label: 'Bruno Lima' }).catch(async () => {
    await one.getByRole('combobox', { name: 'Quem atendeu' }).selectOption({ index: 1 })
  })
  await one.getByRole('button', { name: 'Limpar filtros' }).click()
  await one.getByRole('searchbox', { name: /Contato/ }).fill(name)
  await expect(list.getByRole('listitem')).toHaveCount(1)
  await expectAccessible(one, '.archive')
  await one.screenshot({ path: 'test-results/archive.png' })
  await one.setViewportSize({ width: 390, height: 844 })
  await one.screenshot({ path: 'test-results/archive-phone.png' })
  await one.setViewportSize({ width: 1280, height: 800 })
  await list.getByRole('link').first().click()
  await expect(pane(one, name)).toBeVisible()
  await expect(act(one, 'Reiniciar')).toBeVisible()
})

test('TR-3: where the account demands a note nobody transfers without one, and the contact is told', async ({ agent, ownServers }) => {
  const { url, sim } = await ownServers()
  const [boss, one] = [await agent(admin, { baseURL: url }), await agent(ana, { baseURL: url })]
  await open(boss, '/settings/account')
  const card = boss.locator('form').filter({ has: boss.getByRole('heading', { name: 'Transferências' }) })
  await card.getByRole('switch', { name: /Exigir uma nota interna/ }).setChecked(true)
  const message = card.getByRole('textbox', { name: /Mensagem de transferência/ })
  await message.fill('Olá, [NOME]: agora é com ')
  await message.press('End')
  await card.getByRole('button', { name: 'Equipe', exact: true }).click()
  await expect(message).toHaveValue('Olá, [NOME]: agora é com [EQUIPE]')
  await expect(card.locator('.closing-bubble')).toHaveText('Olá, Maria Silva: agora é com Vendas')
  await card.getByRole('button', { name: 'Salvar' }).click()
  await expect(card.getByText('Salvo', { exact: true })).toBeVisible()
  await expectAccessible(boss, '.settings-page')
  await boss.screenshot({ path: 'test-results/transfer-settings.png', fullPage: true })

  const { number, name } = await serve(one, 'Transferência', 'bom dia', sim)
  await act(one, 'Transferir').click()
  const dialog = one.getByRole('dialog', { name: 'Transferir atendimento' })
  await dialog.getByRole('combobox', { name: 'Buscar equipe ou pessoa' }).fill('Suporte')
  await dialog.getByRole('option').filter({ hasText: 'Suporte' }).first().click()
  const go = dialog.getByRole('button', { name: 'Transferir para Suporte' })
  await expect(go).toHaveAttribute('aria-disabled', 'true')
  await expect(go).toHaveAttribute('aria-description', /a conta exige/)
  await expect(dialog.getByText('Obrigatória nesta conta.', { exact: false })).toBeVisible()
  await expect(dialog.getByText(/O contato será avisado/)).toBeVisible()
  await expectAccessible(one, '.dialog-box')
  await dialog.getByRole('textbox', { name: /Nota para quem recebe/ }).fill('quer trocar')
  await go.click()
  await expect(dialog).toBeHidden()
  const told = async () => (await sent(sim)).filter(each => each.address === number)
    .map(each => (each.payload as { text?: { body?: string } }).text?.body)
  await expect.poll(told).toContain(`Olá, ${name}: agora é com Suporte`)

  // From the board it is asked for as well.
  await open(boss, '/board')
  await boss.locator('.board-table tr').filter({ has: boss.getByRole('rowheader', { name: 'Suporte', exact: true }) })
    .getByRole('button', { name: /^Aguardando/ }).click()
  const talk = boss.locator('.board-talk').filter({ hasText: name })
  await talk.getByRole('combobox', { name: 'Atribuir a…' }).selectOption({ label: 'Bruno Teixeira' })
  const hand = talk.getByRole('button', { name: 'Transferir', exact: true })
  await expect(hand).toHaveAttribute('aria-disabled', 'true')
  await talk.getByRole('textbox', { name: 'Nota para quem recebe' }).fill('é urgente')
  await hand.click()
  await expect(talk).toHaveCount(0)
})

test('AU-3: a conversation is kept from closing by itself in its menu', async ({ agent }) => {
  const one = await agent(ana)
  const [number, name] = [newNumber(), unique('Pausa')]
  await inbound({ from: number, name, text: 'oi', phone_number_id: salesNumber })
  await showTab(one, 'Novos')
  await openRow(one, name)
  await act(one, 'Iniciar').click()
  const menu = one.locator('.thread-actions button[aria-haspopup="menu"]').last()
  await menu.click()
  await one.getByRole('menuitem', { name: 'Não encerrar automaticamente' }).click()
  await expect(one.getByText('Este atendimento não será encerrado automaticamente.')).toBeVisible()
  await menu.click()
  await one.getByRole('menuitem', { name: 'Permitir encerramento automático' }).click()
  await expect(one.getByText('O encerramento automático voltou a valer aqui.')).toBeVisible()
})
