// Why conversations end: reasons, the question at a conclusion, and what may be changed afterwards.
import { type Page, demoPassword, expect, inbound, newNumber, test } from '../support/fixtures'
import { codeOf, letter } from '../support/mail'
import { act, assume, line, open, openRow, row, salesNumber, showTab, unique } from '../support/inbox'

/** A conversation that this page's person serves. */
async function served(page: Page, sim?: string): Promise<string> {
  const name = unique('Encerra')
  await inbound({ from: newNumber(), name, text: 'Quero comprar', phone_number_id: salesNumber }, sim)
  await showTab(page, 'Novos')
  await openRow(page, name)
  await assume(page)
  return name
}

const foot = (page: Page) => page.getByRole('group', { name: 'Classificação' })
const classify = (page: Page) => page.getByRole('dialog', { name: 'Classificar e concluir' })

test('CO-2 CO-3 CO-4 an agent concludes with a reason and an amount; colleagues see it at once, and only they correct it who may', async ({ agent }) => {
  const [ana, alice] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const name = await served(ana)
  await showTab(alice, 'Outros')
  await openRow(alice, name)
  await ana.getByRole('button', { name: 'Como concluir' }).click()
  await ana.getByRole('menuitem', { name: 'Classificar e concluir' }).click()
  const dialog = classify(ana)
  await expect(dialog.getByRole('group', { name: 'Objetivo atingido' }).getByText('Venda realizada')).toBeVisible()
  await dialog.getByRole('searchbox', { name: 'Buscar motivo' }).fill('realiz')
  await expect(dialog.getByText('Preço', { exact: true })).toHaveCount(0)
  await dialog.getByRole('radio', { name: 'Venda realizada' }).check()
  const amount = dialog.getByRole('textbox', { name: 'Valor em R$' })
  await dialog.getByRole('button', { name: 'Classificar e concluir' }).click()
  await expect(dialog).toContainText('Preencha este campo')
  await amount.fill('12.34')
  await dialog.getByRole('button', { name: 'Classificar e concluir' }).click()
  await expect(dialog).toContainText('Escreva um valor como 1.234,56.')
  await expect(amount).toHaveValue('12.34')
  await amount.fill('1.234,5')
  await dialog.getByRole('button', { name: 'Classificar e concluir' }).click()
  await expect(dialog).toContainText('Escreva um valor como 1.234,56.')
  await amount.fill('1.234,56')
  await dialog.getByRole('button', { name: 'Classificar e concluir' }).click()
  await expect(dialog).toBeHidden()
  for (const page of [ana, alice]) {
    await expect(foot(page)).toContainText('Venda realizada')
    await expect(foot(page)).toContainText('R$\u00a01.234,56')
    await expect(line(page, /Ana Martins concluiu o atendimento: Objetivo atingido · Venda realizada \(R\$\s1\.234,56\)/)).toBeVisible()
  }
  // Who concluded it corrects it; so does the admin.
  for (const [page, reason, who] of [[ana, 'Preço', 'Ana Martins'], [alice, 'Engano', 'Alice Andrade']] as const) {
    await foot(page).getByRole('button', { name: 'Alterar' }).click()
    const edit = page.getByRole('dialog', { name: 'Alterar a classificação' })
    await edit.getByRole('radio', { name: reason }).check()
    await edit.getByRole('button', { name: 'Salvar' }).click()
    await expect(edit).toBeHidden()
    for (const other of [ana, alice]) {
      await expect(foot(other)).toContainText(reason)
      await expect(line(other, new RegExp(`${who} mudou a classificação para .* · ${reason}`))).toBeVisible()
    }
  }
})

test('CO-4 a colleague who did not conclude it sees the classification and cannot change it', async ({ agent }) => {
  const [ana, alice] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const name = await served(alice)
  await alice.getByRole('button', { name: 'Como concluir' }).click()
  await alice.getByRole('menuitem', { name: 'Classificar e concluir' }).click()
  await classify(alice).getByRole('radio', { name: 'Engano' }).check()
  await classify(alice).getByRole('button', { name: 'Classificar e concluir' }).click()
  await expect(classify(alice)).toBeHidden()
  await showTab(ana, 'Concluídos')
  await openRow(ana, name)
  await expect(foot(ana)).toContainText('Engano')
  await expect(foot(ana).getByRole('button')).toHaveCount(0)
})

test.describe('refused by the server', () => {
  test.use({ allowedErrors: [/closing\/(save_reason|delete_reason)/] })

  test('CO-5 an admin makes reasons and demands one: nothing is concluded without', async ({ agent, ownServers }) => {
    test.setTimeout(120_000)
    const { url, sim } = await ownServers()
    const [alice, ana] = [await agent('admin@prosa.example', { baseURL: url }), await agent('ana@prosa.example', { baseURL: url })]
    const name = await served(ana, sim)
    await open(alice, '/settings/reasons/new')
    const reason = unique('Motivo')
    await alice.getByLabel('Descrição').fill(reason)
    await alice.getByRole('radio', { name: 'Dúvidas' }).check()
    await alice.getByRole('button', { name: 'Salvar' }).click()
    await expect(alice).toHaveURL(/\/settings\/reasons\/\d+$/)
    await expect(alice.getByRole('link', { name: new RegExp(reason) })).toBeVisible()
    // The same again is refused beside the field, and nothing typed is lost.
    await alice.getByRole('link', { name: 'Novo motivo' }).click()
    await alice.getByLabel('Descrição').fill(reason)
    await alice.getByRole('radio', { name: 'Dúvidas' }).check()
    await alice.getByRole('button', { name: 'Salvar' }).click()
    await expect(alice.getByText('Já está em uso.')).toBeVisible()
    await expect(alice.getByLabel('Descrição')).toHaveValue(reason)
    alice.on('dialog', dialog => void dialog.accept())
    await alice.getByRole('link', { name: 'Encerramento' }).click()
    await alice.getByRole('switch', { name: 'Motivo obrigatório' }).check()
    await alice.getByRole('button', { name: 'Salvar' }).first().click()
    await expect(alice.getByText('Salvo', { exact: true }).first()).toBeVisible()

    // Ana's button asks for the reason now.
    await act(ana, 'Concluir').click()
    await expect(classify(ana)).toBeVisible()
    const dialog = classify(ana)
    await dialog.getByRole('button', { name: 'Classificar e concluir' }).click()
    await expect(dialog).toContainText('Escolha um motivo para concluir.')
    await dialog.getByRole('radio', { name: reason }).check()
    await dialog.getByRole('button', { name: 'Classificar e concluir' }).click()
    await expect(dialog).toBeHidden()
    await expect(foot(ana)).toContainText(reason)
    await expect(row(ana, name)).toBeHidden()

    // In use, it is not deleted but deactivated, and history keeps it.
    await alice.getByRole('link', { name: 'Motivos' }).click()
    await alice.getByRole('link', { name: new RegExp(reason) }).click()
    await alice.getByRole('button', { name: 'Excluir' }).click()
    await alice.getByRole('dialog').getByRole('button', { name: 'Excluir' }).click()
    await expect(alice.getByText(/^Está em uso\./)).toBeVisible()
    await alice.getByRole('button', { name: 'Desativar' }).click()
    await expect(alice.getByText('Motivo desativado.')).toBeVisible()
    await expect(foot(ana)).toContainText(reason)
  })
})

test('04 4.6 the preference is beside Concluir, and holds', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  await served(ana)
  const openIt = async () => {
    await ana.getByRole('button', { name: 'Como concluir' }).click()
    await ana.getByRole('menuitem', { name: 'Preferência' }).click()
    return ana.getByRole('dialog', { name: 'Preferência ao concluir' })
  }
  let dialog = await openIt()
  await expect(dialog.getByRole('radio', { name: /Reabrir comigo por 12 horas/ })).toBeChecked()
  await dialog.getByRole('radio', { name: /Começar um atendimento novo/ }).check()
  await expect(ana.getByText('Salvo').first()).toBeVisible()
  await dialog.getByRole('switch', { name: 'Classificar ao concluir' }).check()
  await dialog.getByRole('button', { name: 'Fechar' }).click()
  await act(ana, 'Concluir').click()
  await expect(classify(ana)).toBeVisible()
  // Preferred, not demanded: without a reason it can be concluded.
  await expect(classify(ana).getByRole('radio', { name: 'Sem classificação' })).toBeChecked()
  await classify(ana).getByRole('button', { name: 'Fechar' }).click()
  await ana.reload()
  dialog = await openIt()
  await expect(dialog.getByRole('radio', { name: /Começar um atendimento novo/ })).toBeChecked()
  // As it was: others share this person.
  await dialog.getByRole('radio', { name: /Reabrir comigo por 12 horas/ }).check()
  await dialog.getByRole('switch', { name: 'Classificar ao concluir' }).uncheck()
  await expect(ana.getByText('Salvo').first()).toBeVisible()
})

test('AU-1 AU-2 an admin sets automatic closing, reminder and return for the account and for a channel', async ({ agent, ownServers }) => {
  const { url } = await ownServers()
  const alice = await agent('admin@prosa.example', { baseURL: url })
  await open(alice, '/settings/closing')
  await alice.getByText('A conta inteira').click()
  const rule = alice.getByRole('form', { name: 'A conta inteira' })
  await rule.getByRole('switch', { name: 'Concluir por falta de resposta' }).check()
  await rule.getByLabel('Tempo sem resposta').fill('4')
  await rule.locator('select[name="idle_unit"]').selectOption({ label: 'minutos' })
  await rule.getByRole('button', { name: 'Salvar' }).click()
  await expect(rule.getByText('Isto não é permitido aqui.')).toBeVisible()
  await rule.locator('select[name="idle_unit"]').selectOption({ label: 'horas' })
  await rule.getByRole('switch', { name: 'Avisar antes' }).check()
  await rule.getByRole('button', { name: 'Salvar' }).click()
  await expect(rule.getByText('Preencha este campo.')).toBeVisible()
  await rule.getByLabel('Texto do aviso').fill('Ainda está aí, [NOME]?')
  await rule.getByLabel('Motivo aplicado').selectOption({ label: 'Sem resposta do cliente' })
  await rule.getByRole('button', { name: 'Salvar' }).click()
  await expect(rule.getByText('Salvo', { exact: true })).toBeVisible()
  await expect(alice.getByText('Depois de 4 horas')).toBeVisible()
  await rule.getByRole('switch', { name: 'Lembrar quem atende' }).check()
  await rule.getByLabel('Lembrar depois de').fill('20')
  await rule.getByRole('switch', { name: 'Devolver à fila' }).check()
  await rule.getByLabel('Devolver depois de').fill('20')
  await rule.getByRole('button', { name: 'Salvar' }).click()
  await expect(rule.getByText('Isto não é permitido aqui.')).toBeVisible()
  await rule.getByLabel('Devolver depois de').fill('2')
  await rule.locator('select[name="return_unit"]').selectOption({ label: 'horas' })
  await rule.getByRole('button', { name: 'Salvar' }).click()
  await expect(rule.getByText('Salvo', { exact: true })).toBeVisible()

  await alice.getByLabel('Nova exceção para').selectOption({ label: 'Canal Chat do site' })
  const chat = alice.getByRole('form', { name: 'Canal Chat do site' })
  await chat.getByRole('button', { name: 'Salvar' }).click()
  await expect(chat.getByText('Salvo', { exact: true })).toBeVisible()
  await open(alice, '/settings/closing')
  await expect(alice.getByText('Depois de 4 horas')).toBeVisible()
  await alice.getByText('A conta inteira').click()
  await expect(rule.getByLabel('Lembrar depois de')).toHaveValue('20')
  await expect(rule.locator('select[name="remind_unit"]')).toHaveValue('1')
  await expect(rule.getByLabel('Devolver depois de')).toHaveValue('2')
  await expect(rule.locator('select[name="return_unit"]')).toHaveValue('60')
  await alice.getByText('Canal Chat do site', { exact: true }).click()
  await chat.getByRole('button', { name: 'Remover exceção' }).click()
  await alice.getByRole('dialog').getByRole('button', { name: 'Remover exceção' }).click()
  await expect(alice.getByText('Exceção removida.')).toBeVisible()
  await expect(chat).toHaveCount(0)
})

test.describe('with a code, or the password once more', () => {
  test.use({ allowedErrors: [/closing\/(start_job|save_retention)/] })

  test('BC-1 BC-2 AC-8 an admin concludes many at once, with a code, and sees what became of each', async ({ agent, ownServers }) => {
    test.setTimeout(120_000)
    const { url, sim, data } = await ownServers()
    const [alice, ana] = [await agent('admin@prosa.example', { baseURL: url }), await agent('ana@prosa.example', { baseURL: url })]
    const name = unique('Massa')
    await inbound({ from: newNumber(), name, text: 'oi', phone_number_id: salesNumber }, sim)
    await showTab(ana, 'Novos')
    await expect(row(ana, name)).toBeVisible()
    await open(alice, '/settings/many')
    const status = alice.getByText(/^\d+ atendimentos? encontrados?$/)
    await expect(status).toBeVisible()
    // Each choice counts anew.
    const counted = () => alice.waitForResponse('**/closing/count_many')
    const [first] = [counted(), await alice.getByRole('group', { name: 'Equipes' }).getByRole('checkbox', { name: 'Vendas' }).check()]
    await first
    const [second] = [counted(), await alice.getByLabel('Situação').selectOption({ label: 'Novos' })]
    await second
    await alice.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
    const count = Number(/\d+/.exec(await status.innerText())?.[0])
    await alice.getByRole('button', { name: `Concluir ${count}`, exact: true }).click()
    const dialog = alice.getByRole('dialog', { name: `Concluir ${count} atendimentos?` })
    await expect(dialog).toContainText('Enviamos um código para a…@prosa.example')
    const code = codeOf(await letter(data, 'admin@prosa.example', 'concluir muitos atendimentos'))
    await dialog.getByLabel('Código de 6 dígitos').fill(code === '000000' ? '000001' : '000000')
    await dialog.getByRole('button', { name: `Concluir ${count}` }).click()
    await expect(dialog).toContainText('Este código não vale.')
    await expect(dialog.getByRole('button', { name: 'Enviar outro código' })).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByLabel('Código de 6 dígitos').fill(code)
    await dialog.getByRole('button', { name: `Concluir ${count}` }).click()
    await expect(dialog).toBeHidden()
    await expect(alice.getByText(`${count} de ${count} concluídos`)).toBeVisible()
    await expect(alice.getByText('Terminada')).toBeVisible()
    await alice.getByRole('button', { name: 'Ver cada resultado' }).click()
    await expect(alice.getByRole('link', { name: new RegExp(name) })).toBeVisible()
    await expect(row(ana, name)).toBeHidden()
    await showTab(ana, 'Concluídos')
    await expect(row(ana, name)).toBeVisible()
  })

  test('AR-3 how long conversations are kept is changed with the password', async ({ agent, ownServers }) => {
    const { url } = await ownServers()
    const alice = await agent('admin@prosa.example', { baseURL: url })
    await open(alice, '/settings/closing')
    await alice.getByLabel('Guardar').selectOption({ label: '12 meses' })
    await expect(alice.getByText(/serão apagados em poucos minutos/)).toBeVisible()
    const card = alice.locator('form', { has: alice.getByLabel('Guardar') })
    await card.getByRole('button', { name: 'Salvar' }).click()
    await expect(card.getByText('Preencha este campo.')).toBeVisible()
    await card.getByLabel('Sua senha').fill(demoPassword)
    await card.getByRole('button', { name: 'Salvar' }).click()
    await expect(card.getByText('Salvo', { exact: true })).toBeVisible()
    await open(alice, '/settings/closing')
    await expect(alice.getByLabel('Guardar')).toHaveValue('12')
  })
})
