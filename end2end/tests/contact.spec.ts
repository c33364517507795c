// The contact beside the conversation: tags, own fields, editing by two, past conversations and files.
import { barriers, expect, inbound, newNumber, test, type Page } from '../support/fixtures'
import { assume, conclude, open, openRow, row, salesNumber, showTab, unique } from '../support/inbox'

const panel = (page: Page) => page.getByRole('complementary', { name: 'Dados do contato' })
const form = (page: Page) => page.getByRole('dialog', { name: 'Editar contato' })
const save = (page: Page) => form(page).getByRole('button', { name: 'Salvar', exact: true })

// What is in use, and what somebody else changed, is refused first.
test.use({ allowedErrors: [/status of 409 \(Conflict\)/] })

async function waiting(page: Page, name: string, text = 'bom dia'): Promise<string> {
  const number = newNumber()
  await inbound({ from: number, name, text, phone_number_id: salesNumber })
  await showTab(page, 'Novos')
  await openRow(page, name)
  return number
}

test('CP-4 AB-2 a tag is made where it stands, colleagues see it on the row at once, and the list is filtered by it', async ({ agent }) => {
  test.setTimeout(90_000)
  const [ana, admin] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const [name, other, tag] = [unique('Com etiqueta'), unique('Sem etiqueta'), unique('VIP')]
  await inbound({ from: newNumber(), name: other, text: 'oi', phone_number_id: salesNumber })
  await waiting(ana, name)
  await showTab(admin, 'Novos')
  await expect(row(admin, name)).toBeVisible()

  await panel(ana).getByRole('button', { name: 'Adicionar etiqueta' }).click()
  await ana.getByRole('textbox', { name: 'Buscar ou criar' }).fill(tag)
  await ana.getByRole('radio', { name: 'Rosa' }).check({ force: true })
  await ana.getByRole('button', { name: `Criar “${tag}”` }).click()
  await expect(panel(ana).locator('.panel-tags')).toContainText(tag)
  for (const page of [ana, admin]) await expect(row(page, name)).toContainText(tag)

  await admin.getByRole('button', { name: 'Filtros' }).click()
  await admin.getByRole('checkbox', { name: tag }).check()
  await admin.keyboard.press('Escape')
  await expect(row(admin, name)).toBeVisible()
  await expect(row(admin, other)).toBeHidden()

  // Deleting it asks with the count, and takes it off the rows and out of the filter.
  const settings = await agent('admin@prosa.example')
  await open(settings, '/settings/tags')
  await settings.getByRole('link', { name: tag }).click()
  await settings.getByRole('button', { name: 'Excluir' }).click()
  await expect(settings.getByRole('dialog')).toContainText('Contatos com ela: 1.')
  await settings.getByRole('dialog').getByRole('button', { name: 'Excluir' }).click()
  await expect(settings).toHaveURL(/\/settings\/tags$/)
  await expect(settings.getByRole('link', { name: tag })).toHaveCount(0)
  await expect(row(admin, other)).toBeVisible()
  await expect(row(ana, name)).not.toContainText(tag)
  await expect(panel(ana).locator('.panel-tags')).not.toContainText(tag)
})

test('CP-3 CP-6 own fields are filled in, and the second of two editors chooses field by field', async ({ agent, ownServers }) => {
  test.setTimeout(150_000)
  const { url, sim } = await ownServers()
  const [ana, admin] = [await agent('ana@prosa.example', { baseURL: url }), await agent('admin@prosa.example', { baseURL: url })]
  await open(admin, '/settings/fields')
  for (const [field, kind, required] of [['Plano', 'SINGLESELECT', true], ['Cliente desde', 'DATE', false]] as const) {
    await admin.getByRole('link', { name: 'Novo campo' }).click()
    await admin.getByRole('combobox', { name: 'Tipo' }).selectOption(kind)
    await admin.getByLabel('Nome').fill(field)
    if (kind === 'SINGLESELECT') await admin.getByLabel('Opções').fill('Ouro\nPrata\n\nOuro')
    if (required) await admin.getByRole('switch', { name: 'Obrigatório' }).check()
    await admin.getByRole('button', { name: 'Salvar' }).click()
    await expect(admin.getByRole('link', { name: field })).toBeVisible()
  }
  await admin.getByRole('button', { name: 'Subir Cliente desde' }).click()
  await expect(admin.locator('.entries .entry-title')).toHaveText(['Cliente desde', 'Plano'])

  const name = unique('Beatriz')
  const number = newNumber()
  await inbound({ from: number, name, text: 'oi', phone_number_id: salesNumber }, sim)
  await showTab(ana, 'Novos')
  await openRow(ana, name)
  await open(admin, new URL(ana.url()).pathname)

  await panel(ana).getByRole('button', { name: 'Editar' }).click()
  await form(ana).getByRole('textbox', { name: 'Anotação' }).fill('prefere a tarde')
  await save(ana).click()
  await expect(form(ana)).toContainText('Preencha este campo')
  await form(ana).getByRole('combobox', { name: 'Plano' }).selectOption('Ouro')
  await form(ana).getByLabel('Cliente desde').fill('2024-02-29')
  // What is typed is not lost by a slip.
  await ana.keyboard.press('Escape')
  await expect(form(ana)).toBeVisible()

  await panel(admin).getByRole('button', { name: 'Editar' }).click()
  await form(admin).getByRole('textbox', { name: 'Anotação' }).fill('prefere a manhã')
  await form(admin).getByRole('combobox', { name: 'Plano' }).selectOption('Prata')
  await form(admin).getByRole('textbox', { name: 'E-mail' }).fill('bia@loja.example')

  await save(ana).click()
  await expect(form(ana)).toBeHidden()
  for (const page of [ana, admin]) {
    await expect(panel(page)).toContainText('prefere a tarde')
    await expect(panel(page)).toContainText('29/02/2024')
  }

  await save(admin).click()
  await expect(form(admin)).toContainText('Outra pessoa salvou este contato')
  const part = (legend: string) => form(admin).getByRole('group', { name: legend })
  await expect(part('Anotação').getByRole('radio', { name: /prefere a manhã/ })).toBeChecked()
  await expect(part('Cliente desde').getByRole('radio', { name: /29\/02\/2024/ })).toBeChecked()
  await part('Anotação').getByRole('radio', { name: /prefere a tarde/ }).check()
  expect(await barriers(admin, 'dialog[open]')).toEqual([])
  await form(admin).getByRole('button', { name: 'Salvar o escolhido' }).click()
  await expect(form(admin)).toBeHidden()
  for (const page of [ana, admin]) {
    await expect(panel(page)).toContainText('prefere a tarde')
    await expect(panel(page)).toContainText('Prata')
    await expect(panel(page)).toContainText('bia@loja.example')
    await expect(panel(page)).toContainText('29/02/2024')
  }

  // CP-5: the number, with a warning while the conversation is open.
  await panel(ana).getByRole('button', { name: 'Editar' }).click()
  await form(ana).getByRole('textbox', { name: 'Telefone' }).fill('11 98877-6655')
  await expect(form(ana)).toContainText('continua no número antigo')
  await form(ana).getByRole('textbox', { name: 'Nome' }).fill(`${name} Reis`)
  await save(ana).click()
  await expect(form(ana)).toBeHidden()
  for (const page of [ana, admin]) {
    await expect(row(page, `${name} Reis`)).toBeVisible()
    await expect(panel(page)).toContainText('+55 11 98877-6655')
  }
})

test('CP-2 past conversations and files stand in tabs of the panel', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const name = unique('Antiga')
  const number = await waiting(ana, name, 'veja https://loja.example/produto-azul')
  await inbound({ from: number, name, type: 'document', phone_number_id: salesNumber })
  await inbound({ from: number, name, type: 'image', phone_number_id: salesNumber })
  await assume(ana)
  await panel(ana).getByRole('tab', { name: 'Arquivos' }).click()
  const files = panel(ana).locator('.panel-file')
  await expect(files).toHaveCount(1)
  await panel(ana).getByRole('button', { name: 'Mídia' }).click()
  await expect(files.getByRole('link')).toHaveAttribute('href', /^\/media\/\d+$/)
  await panel(ana).getByRole('button', { name: 'Links' }).click()
  await expect(files.getByRole('link')).toHaveAttribute('href', 'https://loja.example/produto-azul')
  const search = panel(ana).getByRole('searchbox', { name: 'Buscar pelo nome' })
  await search.fill('verde')
  await expect(panel(ana)).toContainText('Nada por aqui.')
  await search.fill('AZUL')
  await expect(files).toHaveCount(1)

  await panel(ana).getByRole('tab', { name: 'Conversas' }).click()
  const past = panel(ana).locator('.panel-other')
  await expect(past).toHaveCount(1)
  await expect(past.first()).toContainText('Em andamento')
  await conclude(ana, { silent: true })
  await expect(past.first()).toContainText('Concluído')
})

test('CP-1 on a phone the panel is a page, and its tabs and form fit', async ({ agent }) => {
  const ana = await agent('ana@prosa.example', { viewport: { width: 390, height: 844 } })
  const name = unique('No celular')
  await waiting(ana, name)
  await ana.locator('.thread-who').click()
  await expect(panel(ana)).toBeVisible()
  await panel(ana).getByRole('button', { name: 'Editar' }).click()
  await expect(form(ana).getByRole('textbox', { name: 'Nome' })).toHaveValue(name)
  expect(await ana.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await barriers(ana, 'dialog[open]')).toEqual([])
  await form(ana).getByRole('button', { name: 'Cancelar' }).click()
  await panel(ana).getByRole('tab', { name: 'Arquivos' }).click()
  await expect(panel(ana).getByRole('searchbox', { name: 'Buscar pelo nome' })).toBeVisible()
  expect(await barriers(ana, '.contact-panel')).toEqual([])
})

test('CP-1 an admin blocks a contact, nobody can start with it then, and an agent can only archive it', async ({ agent }) => {
  test.setTimeout(120_000)
  const [ana, admin] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const name = unique('Insistente')
  await waiting(ana, name)
  await assume(ana)
  await conclude(ana, { silent: true })
  await showTab(admin, 'Concluídos')
  await openRow(admin, name)
  const chip = (page: Page, text: string) => panel(page).locator('.panel-who').getByText(text, { exact: true })
  const action = (page: Page, label: string) => panel(page).getByRole('button', { name: label, exact: true })
  // She sees no way to block; the address is as closed to her as the button.
  await expect(action(ana, 'Arquivar contato')).toBeVisible()
  await expect(action(ana, 'Bloquear')).toHaveCount(0)
  await action(ana, 'Arquivar contato').click()
  for (const page of [ana, admin]) await expect(chip(page, 'Arquivado')).toBeVisible()
  await action(ana, 'Desarquivar contato').click()
  for (const page of [ana, admin]) await expect(chip(page, 'Arquivado')).toHaveCount(0)

  await action(admin, 'Bloquear').click()
  const asked = admin.getByRole('dialog', { name: 'Bloquear este contato?' })
  await expect(asked).toContainText(name)
  await asked.getByRole('button', { name: 'Bloquear', exact: true }).click()
  for (const page of [ana, admin]) await expect(chip(page, 'Bloqueado')).toBeVisible()
  await expect(action(ana, 'Desbloquear')).toHaveCount(0)

  await ana.getByRole('button', { name: 'Nova conversa' }).click()
  const start = ana.getByRole('dialog', { name: 'Nova conversa' })
  await start.getByLabel('Número ou contato').fill(name)
  await start.getByRole('option', { name }).or(start.getByRole('button', { name })).first().click()
  await expect(start.getByRole('alert')).toHaveText('Este contato está bloqueado. Desbloqueie antes de escrever.')
  await expect(start.getByRole('button', { name: /^(Começar|Enviar modelo)$/ })).toHaveCount(0)
  await ana.keyboard.press('Escape')
  await expect(start).toBeHidden()

  await action(admin, 'Desbloquear').click()
  for (const page of [ana, admin]) await expect(chip(page, 'Bloqueado')).toHaveCount(0)
})
