// Two conversations of a contact become one, two contacts become one person, and both are undone.
import { type Page, expect, expectAccessible, inbound, newNumber, sent, test } from '../support/fixtures'
import { bubble, conclude, editor, line, open, openRow, pane, row, salesNumber, say, serve, showTab, unique } from '../support/inbox'

test.describe.configure({ timeout: 120_000 })

const panel = (page: Page) => page.locator('.contact-panel')
const merges = (page: Page) => panel(page).getByRole('heading', { name: 'Junções' }).locator('..')

async function tab(page: Page, name: string): Promise<void> {
  await panel(page).getByRole('tab', { name }).click()
}

/** How what this person concludes goes on when the contact writes again. */
async function prefer(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Como concluir' }).click()
  await page.getByRole('menuitem', { name: 'Preferência' }).click()
  const dialog = page.getByRole('dialog', { name: 'Preferência ao concluir' })
  await dialog.getByRole('radio', { name }).check()
  await expect(page.getByText('Salvo').first()).toBeVisible()
  await dialog.getByRole('button', { name: 'Fechar' }).click()
}

test('NX-2 a concluded conversation goes into the open one, a colleague sees it, and it comes back', async ({ agent }) => {
  const [ana, alice] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const { number, name } = await serve(ana, 'Junta', 'primeira conversa')
  await say(ana, 'resposta antiga')
  await expect(bubble(ana, 'resposta antiga')).toBeVisible()
  await prefer(ana, /Começar um atendimento novo/)
  await conclude(ana, { silent: true })
  await inbound({ from: number, name, text: 'segunda conversa', phone_number_id: salesNumber })
  await showTab(ana, 'Novos')
  await openRow(ana, name)
  await ana.locator('.thread-actions').getByRole('button', { name: 'Iniciar', exact: true }).click()
  await expect(editor(ana)).toBeVisible()
  await open(alice, new URL(ana.url()).pathname)
  await expect(bubble(alice, 'segunda conversa')).toBeVisible()
  await expect(bubble(alice, 'primeira conversa')).toHaveCount(0)

  await tab(ana, 'Conversas')
  await panel(ana).getByRole('button', { name: 'Juntar ao atendimento aberto' }).click()
  const asked = ana.getByRole('dialog', { name: 'Juntar ao atendimento aberto' })
  await expectAccessible(ana)
  await asked.getByRole('button', { name: 'Juntar', exact: true }).click()
  for (const page of [ana, alice]) {
    await expect(bubble(page, 'primeira conversa')).toBeVisible()
    await expect(bubble(page, 'resposta antiga')).toBeVisible()
    await expect(line(page, /juntou a este o atendimento/)).toBeVisible()
    await expect(bubble(page, /a conversa/)).toHaveText([/primeira conversa/, /segunda conversa/])
  }
  // What is left of the other one points here.
  await expect(panel(ana).getByText('juntado', { exact: true })).toBeVisible()
  await panel(ana).locator('.panel-other').filter({ has: ana.locator(':scope:not([aria-current])') }).first().click()
  await expect(line(ana, /juntou este atendimento ao/)).toBeVisible()
  await expect(ana.getByText('Este atendimento foi juntado a outro.')).toBeVisible()
  await expect(bubble(ana, 'primeira conversa')).toHaveCount(0)
  await ana.getByRole('button', { name: 'Abrir', exact: true }).click()
  await expect(bubble(ana, 'segunda conversa')).toBeVisible()

  await tab(ana, 'Conversas')
  await expect(merges(ana)).toContainText('Atendimento 20')
  await merges(ana).getByRole('button', { name: 'Desfazer' }).click()
  for (const page of [ana, alice]) {
    await expect(bubble(page, 'primeira conversa')).toHaveCount(0)
    await expect(line(page, /desfez a junção/)).toBeVisible()
  }
  await expect(panel(ana).getByRole('heading', { name: 'Junções' })).toHaveCount(0)
  // As it was: others share this person.
  await prefer(ana, /Reabrir comigo por 12 horas/)
})

test('NX-3 two contacts become one field by field; both numbers arrive and are answered where they write; undone', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const name = unique('Maria Dupla')
  const [home, work] = [newNumber(), newNumber()]
  await inbound({ from: work, name, text: 'do trabalho', phone_number_id: salesNumber })
  await showTab(ana, 'Novos')
  await openRow(ana, name)
  await ana.locator('.thread-actions').getByRole('button', { name: 'Iniciar', exact: true }).click()
  await expect(editor(ana)).toBeVisible()
  await conclude(ana, { silent: true })
  await inbound({ from: home, name, text: 'de casa', phone_number_id: salesNumber })
  await showTab(ana, 'Novos')
  await openRow(ana, name)
  await ana.locator('.thread-actions').getByRole('button', { name: 'Iniciar', exact: true }).click()
  await expect(editor(ana)).toBeVisible()

  await panel(ana).getByRole('button', { name: 'Juntar com outro contato…' }).click()
  const dialog = ana.getByRole('dialog', { name: 'Juntar contatos' })
  await expect(dialog.getByText('Parecem ser a mesma pessoa')).toBeVisible()
  await expectAccessible(ana)
  await dialog.getByRole('region', { name: 'Parecem ser a mesma pessoa' }).getByRole('button').first().click()
  await expect(dialog.getByText('Escolha o que fica em cada campo.')).toBeVisible()
  await expect(dialog.getByRole('group', { name: 'Telefone' }).getByRole('radio')).toHaveCount(2)
  await expectAccessible(ana)
  await dialog.getByRole('button', { name: 'Juntar', exact: true }).click()
  await expect(dialog).toBeHidden()
  await expect(ana.getByText('foi juntado a este contato')).toBeVisible()
  await tab(ana, 'Conversas')
  await expect(merges(ana)).toContainText(`Contato ${name}`)
  await expect(panel(ana).locator('.panel-other')).toHaveCount(2)
  // CP-2: of one channel, or of all.
  await panel(ana).getByRole('button', { name: 'Chat do site' }).click()
  await expect(panel(ana).getByText('Nenhuma conversa que você possa ver.')).toBeVisible()
  await panel(ana).getByRole('button', { name: 'Todos os canais' }).click()
  await expect(panel(ana).locator('.panel-other')).toHaveCount(2)

  // The other number arrives in the same conversation, and gets the answer.
  await inbound({ from: work, name, text: 'agora do trabalho', phone_number_id: salesNumber })
  await expect(bubble(ana, 'agora do trabalho')).toBeVisible()
  const answer = unique('para o trabalho')
  await say(ana, answer)
  await expect
    .poll(async () => (await sent()).some(m => JSON.stringify(m).includes(answer) && String(m.to).replace('+', '') === work))
    .toBe(true)

  await merges(ana).getByRole('button', { name: 'Desfazer' }).click()
  await expect(panel(ana).getByRole('heading', { name: 'Junções' })).toHaveCount(0)
  await expect(panel(ana).locator('.panel-other')).toHaveCount(1)
  await expect(pane(ana, name)).toBeVisible()
  await showTab(ana, 'Concluídos')
  await expect(row(ana, name)).toHaveCount(1)
})
