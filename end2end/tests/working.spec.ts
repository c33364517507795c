// Everyday work in the list: several at once, snoozed and pinned conversations, views.
import { type Page, expect, inbound, newNumber, test } from '../support/fixtures'
import { count, openRow, row, salesNumber, serve, showTab, unique } from '../support/inbox'

// Two windows of a big page each, and several acts: more than the usual time.
test.describe.configure({ timeout: 120_000 })

const bar = (page: Page) => page.getByRole('region', { name: 'Atendimentos selecionados' })
const list = (page: Page) => page.getByRole('listbox', { name: 'Lista de atendimentos' })

/** Three customers who wait in the queue of Vendas, the last one the newest. */
async function waiting(page: Page): Promise<[string, string, string]> {
  const names: [string, string, string] = [unique('Vários'), unique('Vários'), unique('Vários')]
  await showTab(page, 'Novos')
  for (const name of names) {
    await inbound({ from: newNumber(), name, text: 'oi', phone_number_id: salesNumber })
    // One after the other: the order in the list is that in which they came.
    await expect(row(page, name)).toBeVisible()
  }
  return names
}

async function menu(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'Mais opções da lista' }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

test('AB-4 AB-5 several are chosen by mouse and keyboard, handed over, and taken back; a colleague sees it live', async ({ agent }) => {
  const [ana, alice] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const [one, two, three] = await waiting(ana)
  await showTab(alice, 'Novos')
  await menu(ana, 'Selecionar atendimentos')
  await expect(bar(ana)).toContainText('Toque nos atendimentos')
  await expect(bar(ana).getByRole('button', { name: 'Transferir', exact: true })).toHaveAttribute('aria-disabled', 'true')
  await row(ana, one).click()
  await expect(row(ana, one)).toHaveAttribute('aria-selected', 'true')
  await expect(ana).not.toHaveURL(/\/inbox\/\d/)
  // The newest stands first: Shift chooses what lies between.
  await row(ana, three).click({ modifiers: ['Shift'] })
  await expect(bar(ana)).toContainText('3 selecionados')
  await row(ana, two).focus()
  await ana.keyboard.press('Space')
  await expect(bar(ana)).toContainText('2 selecionados')
  await ana.keyboard.press('x')
  await expect(bar(ana)).toContainText('3 selecionados')
  await bar(ana).getByRole('button', { name: 'Transferir', exact: true }).click()
  const dialog = ana.getByRole('dialog', { name: 'Transferir 3 atendimentos' })
  await dialog.getByRole('combobox', { name: 'Buscar equipe ou pessoa' }).fill('Alice')
  await dialog.getByRole('option').filter({ hasText: 'Alice' }).first().click()
  // Alice may be in several teams.
  const team = dialog.getByRole('radio').first()
  if (await team.isVisible()) await team.check()
  await dialog.getByRole('button', { name: /^Transferir para Alice/ }).click()
  await expect(ana.getByText('Transferidos: 3')).toBeVisible()
  await expect(bar(ana)).toBeHidden()
  await showTab(alice, 'Meus')
  for (const name of [one, two, three]) await expect(row(alice, name)).toBeVisible()
  await ana.getByRole('button', { name: 'Desfazer' }).click()
  await expect(ana.getByText('De volta onde estavam: 3')).toBeVisible()
  for (const name of [one, two, three]) {
    await expect(row(ana, name)).toBeVisible()
    await expect(row(alice, name)).toHaveCount(0)
  }
})

test('AB-5 own ones are marked read and unread at once, and concluded', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const names = [(await serve(ana, 'Marca')).name, (await serve(ana, 'Marca')).name] as const
  await showTab(ana, 'Meus')
  await row(ana, names[0]).focus()
  await ana.keyboard.press('x')
  await row(ana, names[1]).click()
  await expect(bar(ana)).toContainText('2 selecionados')
  await bar(ana).getByRole('button', { name: 'Marcar como não lidos' }).click()
  await expect(ana.getByText('Marcados como não lidos: 2')).toBeVisible()
  await expect(row(ana, names[0])).toContainText('1')
  await ana.getByRole('button', { name: 'Desfazer' }).click()
  await expect(ana.getByText('Marcados como lidos: 2')).toBeVisible()
  await row(ana, names[0]).focus()
  await ana.keyboard.press('x')
  await row(ana, names[1]).click()
  await bar(ana).getByRole('button', { name: 'Concluir', exact: true }).click()
  const dialog = ana.getByRole('dialog', { name: /Concluir 2 atendimentos/ })
  await dialog.getByRole('checkbox', { name: /Enviar a mensagem de encerramento/ }).uncheck()
  await dialog.getByRole('button', { name: 'Concluir', exact: true }).click()
  await expect(ana.getByText('Concluídos: 2')).toBeVisible()
  for (const name of names) await expect(row(ana, name)).toHaveCount(0)
})

test.describe('on a phone', () => {
  test.use({ allowedErrors: [/ERR_FAILED|Failed to load resource|Failed to fetch/] })

  test('AB-4 a long press chooses, and what fails is told one by one', async ({ agent }) => {
    const ana = await agent('ana@prosa.example', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
    const [one, two] = await waiting(ana)
    const place = await row(ana, one).boundingBox()
    if (!place) throw new Error('the row has no place')
    const touch = await ana.context().newCDPSession(ana)
    const at = [{ x: place.x + 80, y: place.y + 30 }]
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at })
    await expect(bar(ana)).toContainText('1 selecionado')
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await expect(ana).not.toHaveURL(/\/inbox\/\d/)
    await row(ana, two).tap()
    await expect(bar(ana)).toContainText('2 selecionados')
    // A server that cannot be reached: each is told, nothing is lost, and it can be tried again.
    await ana.route('**/api/app/api/several/**', route => route.abort())
    await bar(ana).getByRole('button', { name: 'Concluir', exact: true }).tap()
    await ana.getByRole('dialog').getByRole('button', { name: 'Concluir', exact: true }).tap()
    await expect(bar(ana)).toContainText('2 não foram possíveis:')
    await expect(bar(ana).getByRole('listitem')).toHaveCount(2)
    await expect(bar(ana)).toContainText(one)
    await ana.unroute('**/api/app/api/several/**')
    await bar(ana).getByRole('button', { name: 'Tentar de novo' }).tap()
    await expect(ana.getByText('Concluídos: 2')).toBeVisible()
    await expect(bar(ana)).toBeHidden()
  })
})

test.describe('with a time that is refused', () => {
  test.use({ allowedErrors: [/kept\/snooze/] })

  test('NX-21 a conversation is snoozed, leaves the list on every page, and is back as soon as the contact writes', async ({ agent }) => {
    const [ana, other] = [await agent('ana@prosa.example'), await agent('ana@prosa.example')]
    const { number, name } = await serve(ana, 'Adia')
    await showTab(ana, 'Meus')
    await showTab(other, 'Meus')
    await expect(row(other, name)).toBeVisible()
    const before = await count(ana, 'Meus')
    await ana.keyboard.press('s')
    const dialog = ana.getByRole('dialog', { name: 'Adiar até quando?' })
    await dialog.getByLabel('Outro dia e hora').fill('2020-01-01T08:00')
    await dialog.getByRole('button', { name: 'Adiar', exact: true }).click()
    await expect(dialog).toContainText('Escolha um momento entre agora e um ano.')
    await dialog.getByRole('button', { name: /Amanhã de manhã/ }).click()
    await expect(dialog).toBeHidden()
    await expect(ana.getByText(/^Adiado até/)).toBeVisible()
    for (const page of [ana, other]) await expect(row(page, name)).toHaveCount(0)
    expect(await count(ana, 'Meus')).toBe(before - 1)
    // The strip leads to it and back.
    await other.getByRole('button', { name: /adiados?$/ }).click()
    await expect(row(other, name)).toContainText('adiado até')
    await other.getByRole('button', { name: 'Voltar aos meus' }).click()
    await expect(row(other, name)).toHaveCount(0)
    await inbound({ from: number, name, text: 'voltei antes', phone_number_id: salesNumber })
    for (const page of [ana, other]) await expect(row(page, name)).toContainText('voltei antes')
    // By hand, too.
    await ana.keyboard.press('s')
    await dialog.getByRole('button', { name: /Amanhã de manhã/ }).click()
    await expect(row(ana, name)).toHaveCount(0)
    await ana.getByRole('button', { name: /Trazer de volta agora/ }).click()
    await expect(row(ana, name)).toBeVisible()
  })
})

test('pinned conversations stand on top, on each page of the same person', async ({ agent }) => {
  const [ana, other] = [await agent('ana@prosa.example'), await agent('ana@prosa.example')]
  const { name } = await serve(ana, 'Fixa')
  const { name: newer } = await serve(ana, 'Fixa')
  await showTab(ana, 'Meus')
  await showTab(other, 'Meus')
  await openRow(ana, name)
  await ana.keyboard.press('b')
  for (const page of [ana, other]) {
    await expect(list(page).getByText('Fixados')).toBeVisible()
    await expect(list(page).getByRole('option').first()).toContainText(name)
  }
  await expect(row(ana, newer)).toBeVisible()
  await ana.getByRole('button', { name: 'Mais ações' }).click()
  await ana.getByRole('menuitem', { name: 'Soltar do topo' }).click()
  for (const page of [ana, other]) await expect(list(page).getByText('Fixados')).toHaveCount(0)
  await expect(row(ana, name)).toBeVisible()
})

test('AB-2 AB-7 a view keeps filters for everybody, is applied with one click, changed, copied and deleted', async ({ agent }) => {
  const [alice, ana] = [await agent('admin@prosa.example'), await agent('ana@prosa.example')]
  const [name] = await waiting(ana)
  const called = unique('Não lidas')
  await alice.keyboard.press('v')
  const panel = alice.getByRole('dialog', { name: /^Filtr/ })
  await panel.getByRole('checkbox', { name: 'Só não lidos' }).check()
  await panel.getByRole('button', { name: 'Salvar estes filtros…' }).click()
  await panel.getByRole('textbox', { name: 'Nome' }).fill(called)
  await panel.getByRole('combobox', { name: 'Para quem' }).selectOption({ label: 'Para todos' })
  await panel.getByRole('button', { name: 'Salvar', exact: true }).click()
  await expect(panel.getByRole('button', { name: `Aplicar a visualização ${called}` })).toHaveAttribute('aria-pressed', 'true')
  // A colleague has it at once, applies it, and may copy but not change it.
  await ana.keyboard.press('v')
  const hers = ana.getByRole('dialog', { name: /^Filtr/ })
  await hers.getByRole('button', { name: `Aplicar a visualização ${called}` }).click()
  await expect(hers.getByRole('checkbox', { name: 'Só não lidos' })).toBeChecked()
  await expect(hers.getByRole('button', { name: `Editar ${called}` })).toHaveCount(0)
  await hers.getByRole('button', { name: `Duplicar ${called}` }).click()
  await hers.getByRole('button', { name: 'Salvar', exact: true }).click()
  await expect(hers.getByRole('button', { name: `Aplicar a visualização ${called} (cópia)` })).toBeVisible()
  await panel.getByRole('button', { name: `Excluir ${called}` }).click()
  await panel.getByRole('button', { name: 'Excluir', exact: true }).click()
  await expect(hers.getByRole('button', { name: `Aplicar a visualização ${called}`, exact: true })).toHaveCount(0)
  await hers.getByRole('button', { name: `Excluir ${called} (cópia)` }).click()
  await hers.getByRole('button', { name: 'Excluir', exact: true }).click()
  await expect(hers.getByRole('button', { name: `Excluir ${called} (cópia)` })).toHaveCount(0)
  await ana.keyboard.press('Escape')
  await expect(row(ana, name)).toBeVisible()
})

test('a view is a command by its name: over a search, from another page, on a phone, and as soon as a colleague shares it', async ({ agent }) => {
  const [alice, ana] = [await agent('admin@prosa.example'), await agent('ana@prosa.example')]
  const [name] = await waiting(ana)
  const called = unique('Ainda não lidas')
  const filters = (page: Page) => page.getByRole('dialog', { name: /^Filtr/ })
  const unread = (page: Page) => filters(page).getByRole('checkbox', { name: 'Só não lidos' })
  const options = (page: Page) => page.getByRole('dialog', { name: 'Comandos' }).getByRole('option')
  const find = async (page: Page) => {
    await page.keyboard.press('Control+k')
    // By what one remembers of it, without accents.
    await page.getByRole('combobox', { name: 'O que você quer fazer?' }).fill(`visualizacao ${called.replace('ã', 'a').toLowerCase()}`)
  }
  await alice.keyboard.press('v')
  await unread(alice).check()
  await filters(alice).getByRole('button', { name: 'Salvar estes filtros…' }).click()
  await filters(alice).getByRole('textbox', { name: 'Nome' }).fill(called)
  await filters(alice).getByRole('combobox', { name: 'Para quem' }).selectOption({ label: 'Para todos' })
  // The palette of a colleague is open while the view comes.
  await find(ana)
  await expect(options(ana)).toHaveCount(0)
  await filters(alice).getByRole('button', { name: 'Salvar', exact: true }).click()
  await expect(options(ana)).toHaveText([`Visualização: ${called}`])
  await ana.screenshot({ path: 'test-results/palette-view.png' })
  await ana.keyboard.press('Escape')
  await ana.getByRole('textbox', { name: 'Buscar atendimentos' }).fill('nada disso existe')
  await expect(list(ana)).toBeHidden()
  await find(ana)
  await ana.keyboard.press('Enter')
  await expect(row(ana, name)).toBeVisible()
  await expect(ana.getByRole('textbox', { name: 'Buscar atendimentos' })).toHaveValue('')
  const clear = async () => {
    await ana.keyboard.press('v')
    await expect(unread(ana)).toBeChecked()
    await filters(ana).getByRole('button', { name: 'Limpar', exact: true }).click()
    await expect(unread(ana)).not.toBeChecked()
    await ana.keyboard.press('Escape')
    await expect(filters(ana)).toBeHidden()
  }
  await ana.locator('body').click({ position: { x: 5, y: 400 } })
  await clear()
  await ana.keyboard.press('g')
  await ana.keyboard.press('p')
  await expect(ana).toHaveURL(/\/profile$/)
  await find(ana)
  await ana.keyboard.press('Enter')
  await expect(ana).toHaveURL(/\/inbox$/)
  await expect(row(ana, name)).toBeVisible()
  await clear()
  await ana.setViewportSize({ width: 390, height: 844 })
  await openRow(ana, name)
  await find(ana)
  await ana.keyboard.press('Enter')
  await expect(ana).toHaveURL(/\/inbox\?tab=new$/)
  await expect(list(ana)).toBeVisible()
  await clear()
  // It goes with the view.
  await find(ana)
  await expect(options(ana)).toHaveCount(1)
  await filters(alice).getByRole('button', { name: `Excluir ${called}` }).click()
  await filters(alice).getByRole('button', { name: 'Excluir', exact: true }).click()
  await expect(options(ana)).toHaveCount(0)
})

test('AB-8 a conversation is found by the name of its contact, and the words are marked in it', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const { name } = await serve(ana, 'Conceição')
  const field = ana.getByRole('textbox', { name: 'Buscar atendimentos' })
  const [first, second] = name.split(' ') as [string, string]
  await field.fill(`conceicao ${second}`)
  const group = ana.getByRole('region', { name: 'Resultados da busca' }).locator('.result-group').filter({ has: ana.getByRole('heading', { name: 'Atendimentos' }) })
  const found = group.getByRole('link').filter({ hasText: name })
  await expect(found.locator('.row-name')).toHaveText(name)
  await expect(found.locator('.row-name mark')).toHaveText([first, second])
  await ana.screenshot({ path: 'test-results/search-name.png' })
  // The list shows names as they are.
  await field.fill('')
  await expect(row(ana, name)).toBeVisible()
  await expect(row(ana, name).locator('mark')).toHaveCount(0)
})

test('AB-8 operators are suggested while one types, become chips, and narrow what is found; files are found by name', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const word = unique('girafa').replace(/ /g, '')
  const { name } = await serve(ana, 'Busca', `quero uma ${word}`)
  const field = ana.getByRole('textbox', { name: 'Buscar atendimentos' })
  const results = ana.getByRole('region', { name: 'Resultados da busca' })
  await field.fill('de')
  const suggestions = results.getByRole('group', { name: 'Sugestões' })
  await expect(suggestions.getByRole('button')).toHaveText([/^de:/, /^depois:/])
  await field.press('ArrowDown')
  await ana.keyboard.press('Enter')
  await expect(field).toHaveValue('de:')
  await expect(field).toBeFocused()
  await field.pressSequentially('mi')
  await field.press('Enter')
  await expect(field).toHaveValue('de:mim ')
  await expect(results.getByText('de: mim')).toBeVisible()
  await expect(results.getByRole('link').filter({ hasText: name })).toBeVisible()
  await field.pressSequentially('em:ven')
  await suggestions.getByRole('button', { name: /^Vendas/ }).click()
  await expect(field).toHaveValue('de:mim em:Vendas ')
  // Words beside them: the message is mine only when the operator lets it through.
  await field.fill(word)
  await expect(results.getByRole('link').filter({ hasText: word }).locator('mark')).toHaveText(word)
  await field.fill(`${word} antes:ontem`)
  await expect(results.getByText('Nada encontrado')).toBeVisible()
  await results.getByRole('button', { name: 'Tirar ontem da busca' }).click()
  await expect(field).toHaveValue(word)
  await expect(results.getByRole('link').filter({ hasText: word })).toBeVisible()
  await field.fill('em:lugarnenhum')
  await expect(results.getByText('Nada por aqui se chama “lugarnenhum”.')).toBeVisible()
})
