// What a role does not see of contacts: an admin switches it on while an agent's page is open, and the agent shows a number
// for a reason.
import { type Page, barriers, expect, expectAccessible, inbound, test } from '../support/fixtures'
import { bubble, editor, open, openRow, row, salesNumber, say, serve, showTab } from '../support/inbox'

test.describe.configure({ timeout: 150_000 })

const panel = (page: Page) => page.getByRole('complementary', { name: 'Dados do contato' })
const box = (page: Page, what: string) => page.getByRole('checkbox', { name: `${what}: Atendentes`, exact: true })
/** How a Brazilian number is shown to who may not see it. */
const masked = (number: string) => `+55 ${number.slice(2, 4)} 9****-**${number.slice(-2)}`

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Salvar', exact: true }).click()
  await expect(page.getByText('Salvo', { exact: true })).toBeVisible()
}

test('SV-1 SV-2 SV-3 SV-4 an open page hides at once what an admin hides, and shows it for a reason', async ({ agent, ownServers }) => {
  const { url, sim } = await ownServers()
  const [admin, ana] = [await agent('admin@prosa.example', { baseURL: url }), await agent('ana@prosa.example', { baseURL: url })]
  const { number, name } = await serve(ana, 'Zuleica', 'bom dia', sim)
  const tail = number.slice(-4)
  await expect(panel(ana)).toContainText(tail)

  await open(admin, '/settings/masks')
  expect(await barriers(admin)).toEqual([])
  await box(admin, 'Ocultar telefone').check()
  await box(admin, 'Ocultar nome completo').check()
  await save(admin)

  // Nothing was loaded anew, and what was being typed is still there.
  await expect(panel(ana)).toContainText(masked(number))
  await expect(row(ana, 'Z****')).toBeVisible()
  await expect(ana.getByText(name)).toHaveCount(0)
  expect(await ana.evaluate(() => document.body.innerText)).not.toContain(`-${tail}`)
  await expect(panel(ana).getByRole('button', { name: 'Mostrar dado oculto' })).toHaveCount(0)

  // She answers, and what comes later is hidden, too.
  await say(ana, 'já verifico')
  await expect(bubble(ana, 'já verifico')).toBeVisible()
  await inbound({ from: number, name, text: 'obrigada', phone_number_id: salesNumber }, sim)
  await expect(bubble(ana, 'obrigada')).toBeVisible()
  await expect(ana.getByText(name)).toHaveCount(0)
  await showTab(ana, 'Meus')
  await expect(row(ana, 'Z****')).toBeVisible()

  // With permission, for a reason.
  await box(admin, 'Pode mostrar com um motivo').check()
  await save(admin)
  await panel(ana).getByRole('button', { name: 'Mostrar dado oculto' }).click()
  const dialog = ana.getByRole('dialog', { name: 'Mostrar dado oculto' })
  await expectAccessible(ana, 'dialog[open]')
  await dialog.getByRole('button', { name: 'Mostrar', exact: true }).click()
  await expect(dialog.getByRole('textbox', { name: 'Motivo' })).toHaveAttribute('aria-invalid', 'true')
  await dialog.getByRole('textbox', { name: 'Motivo' }).fill('Entrega devolvida')
  await dialog.getByRole('button', { name: 'Mostrar', exact: true }).click()
  await expect(dialog.getByRole('status')).toContainText(number)
  await ana.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(panel(ana)).toContainText(masked(number))

  // Switched off, everything is there again.
  for (const what of ['Ocultar telefone', 'Ocultar nome completo', 'Pode mostrar com um motivo']) await box(admin, what).uncheck()
  await save(admin)
  await expect(row(ana, name)).toBeVisible()
  await expect(panel(ana)).toContainText(tail)
})

test('SV-3 a masked agent changes a contact, and what is hidden stays', async ({ agent, ownServers }) => {
  const { url, sim } = await ownServers()
  const [admin, ana] = [await agent('admin@prosa.example', { baseURL: url }), await agent('ana@prosa.example', { baseURL: url })]
  const { number, name } = await serve(ana, 'Oculta', 'bom dia', sim)
  await open(admin, '/settings/masks')
  await box(admin, 'Ocultar telefone').check()
  await box(admin, 'Ocultar nome completo').check()
  await save(admin)
  await expect(panel(ana)).toContainText(masked(number))
  await panel(ana).getByRole('button', { name: 'Editar', exact: true }).click()
  const form = ana.getByRole('dialog', { name: 'Editar contato' })
  await form.getByRole('textbox', { name: /Anotações|Anotação/ }).fill('Cliente antiga')
  await form.getByRole('button', { name: 'Salvar', exact: true }).click()
  await expect(form).toBeHidden()
  await expect(panel(ana)).toContainText('Cliente antiga')
  await expect(editor(ana)).toBeVisible()
  await open(admin)
  await showTab(admin, 'Outros')
  await openRow(admin, name)
  await expect(panel(admin)).toContainText('Cliente antiga')
  await expect(panel(admin)).toContainText(number.slice(-4))
})
