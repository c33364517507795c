// The supervisor's live board: it moves when customers write, and the supervisor steps in from it.
import { expect, expectAccessible, inbound, newNumber, test, type Page } from '../support/fixtures'
import { assume, open, openRow, row, salesNumber, say, showTab, supportNumber, unique } from '../support/inbox'

/** A figure of the cards. */
const figure = (page: Page, name: string) => page.locator(`[data-figure="${name}"] .board-value`)

/** A team's line among the queues. */
const queue = (page: Page, team: string) => page.locator('.board-table tr').filter({ has: page.getByRole('rowheader', { name: team, exact: true }) })

/** A conversation in the list behind a figure. */
const talk = (page: Page, contact: string) => page.locator('.board-talk').filter({ hasText: contact })

/** Looks into a team's figure. */
async function look(page: Page, team: string, what: string): Promise<void> {
  await queue(page, team).getByRole('button', { name: new RegExp(`^${what}`) }).click()
  await expect(page.getByRole('dialog', { name: team })).toBeVisible()
}

const close = (page: Page) => page.getByRole('dialog').getByRole('button', { name: 'Fechar' }).click()

test('DB-1 DB-2 DB-5 NX-5 NX-6 the board moves by itself, and a supervisor steps in from it', async ({ agent, ownServers }) => {
  test.setTimeout(150_000)
  const { url, sim } = await ownServers()
  const alice = await agent('admin@prosa.example', { baseURL: url })
  // Bruno supervises Vendas and nothing else.
  await open(alice, '/settings/members')
  await alice.getByRole('link', { name: /Bruno Teixeira/ }).click()
  await alice.getByRole('checkbox', { name: 'Vendas: supervisiona' }).check()
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice.getByText('Salvo', { exact: true })).toBeVisible()
  const bruno = await agent('bruno@prosa.example', { baseURL: url })
  const ana = await agent('ana@prosa.example', { baseURL: url })
  await open(bruno, '/board')
  await expect(figure(bruno, 'waiting')).toBeVisible()
  const number = async (name: string) => Number(await figure(bruno, name).innerText())

  // DB-5: what he does not lead is not there.
  await expect(queue(bruno, 'Vendas')).toBeVisible()
  await expect(queue(bruno, 'Suporte')).toHaveCount(0)
  await expectAccessible(bruno)

  // A customer writes: the board moves, and nobody pressed anything.
  const [before, name] = [await number('received'), unique('Painel')]
  await inbound({ from: newNumber(), name, text: 'Alguém aí?', phone_number_id: salesNumber }, sim)
  await expect(figure(bruno, 'received')).toHaveText(String(before + 1), { timeout: 3_000 })
  // What comes to another team moves nothing here.
  await inbound({ from: newNumber(), name: unique('Alheio'), text: 'oi', phone_number_id: supportNumber }, sim)
  await bruno.waitForTimeout(1_500)
  await expect(figure(bruno, 'received')).toHaveText(String(before + 1))
  await bruno.screenshot({ path: 'test-results/board.png', fullPage: true })

  // Assign it from the board: it is in her list at once.
  await open(ana)
  await showTab(ana, 'Meus')
  await look(bruno, 'Vendas', 'Aguardando')
  await talk(bruno, name).getByRole('combobox', { name: 'Atribuir a…' }).selectOption({ label: 'Ana Martins' })
  await expect(talk(bruno, name)).toHaveCount(0)
  await close(bruno)
  await expect(row(ana, name)).toBeVisible()
  await openRow(ana, name)
  await say(ana, 'Bom dia!')

  // Whisper: she reads it, the customer does not.
  await look(bruno, 'Vendas', 'Em atendimento')
  await talk(bruno, name).getByRole('button', { name: 'Cochichar' }).click()
  await talk(bruno, name).getByLabel('Nota que só colegas leem').fill('ofereça o desconto')
  await talk(bruno, name).locator('form').getByRole('button', { name: 'Cochichar' }).click()
  await expect(ana.getByRole('log').getByText(/ofereça o desconto/)).toBeVisible()
  // And pull it back: it waits again.
  await talk(bruno, name).getByRole('button', { name: 'Devolver à fila' }).click()
  await expect(talk(bruno, name)).toHaveCount(0)
  await close(bruno)
  await showTab(ana, 'Novos')
  await expect(row(ana, name)).toBeVisible()
  await openRow(ana, name)
  await assume(ana)

  // What people do can be changed from here, too.
  const anas = bruno.locator('.board-table tr').filter({ has: bruno.getByRole('rowheader', { name: /Ana Martins/ }) })
  await anas.getByRole('button', { name: /^Mudar o status de Ana/ }).click()
  await bruno.getByRole('menuitemradio', { name: 'Ausente' }).click()
  await expect(anas).toContainText('Ausente')
  await anas.getByRole('button', { name: /^Mudar o status de Ana/ }).click()
  await bruno.getByRole('menuitemradio', { name: 'Indisponível', exact: true }).click()
  await expect(anas).toContainText('Indisponível')

  // The queue is closed, and opened again.
  await queue(bruno, 'Vendas').getByRole('button', { name: 'Fechar fila' }).click()
  await bruno.getByRole('dialog').getByRole('button', { name: 'Fechar fila' }).click()
  await expect(queue(bruno, 'Vendas')).toContainText('Fechada')
  await queue(bruno, 'Vendas').getByRole('button', { name: 'Abrir fila' }).click()
  await expect(queue(bruno, 'Vendas')).toContainText('Aberta')

  // An agent has no board.
  await open(ana, '/board')
  await expect(figure(ana, 'waiting')).toHaveCount(0)
  await expect(ana.locator('.rail a[href="/board"]')).toHaveCount(0)
})

test('DB-3 DB-6 a report is split, drawn and exported, and the wall shows the board', async ({ agent }) => {
  const alice = await agent('admin@prosa.example')
  await open(alice, '/board/reports')
  await expect(alice.locator('.board-chart svg')).toBeVisible()
  // Days as they are written here, in the table, in the picture and where they are compared.
  await expect(alice.locator('.board-details tbody th').first()).toHaveText(/^\d\d\/\d\d\/\d{4}$/)
  await expect(alice.locator('.board-before').first()).toHaveText(/^Comparado com \d\d\/\d\d\/\d{4} – \d\d\/\d\d\/\d{4}$/)
  await expect(alice.locator('.board-chart svg text').filter({ hasText: /^\s*\d\d\/\d\d\s*$/ }).first()).toBeAttached()
  for (const by of ['Equipe', 'Canal', 'Pessoa', 'Motivo', 'Etiqueta', 'Hora e dia da semana']) {
    await alice.getByRole('combobox', { name: 'Por', exact: true }).selectOption({ label: by })
    await expect(alice.locator('.board-details thead th').first()).toHaveText(by)
  }
  for (const day of ['seg', 'sáb']) await expect(alice.locator('.board-chart svg text').filter({ hasText: new RegExp(`^\\s*${day}\\s*$`) })).toBeAttached()
  await expectAccessible(alice)
  await alice.screenshot({ path: 'test-results/board-report.png', fullPage: true })
  const [file] = await Promise.all([alice.waitForEvent('download'), alice.getByRole('link', { name: 'Exportar CSV' }).click()])
  expect(file.suggestedFilename()).toMatch(/^prosa-hour-.*\.csv$/)
  const [sheet] = await Promise.all([alice.waitForEvent('download'), alice.getByRole('link', { name: 'Exportar XLSX' }).click()])
  expect(sheet.suggestedFilename()).toMatch(/^prosa-hour-.*\.xlsx$/)
  await open(alice, '/board/wall')
  await expect(alice.locator('.wall-card')).toHaveCount(6)
  await alice.screenshot({ path: 'test-results/board-wall.png' })
})

test('a report in which nothing happened and one of too many days say so', async ({ agent }) => {
  const alice = await agent('admin@prosa.example')
  await open(alice, '/board/reports')
  await expect(alice.locator('.board-details')).toBeVisible()
  const [from, to, by] = [alice.getByLabel('De', { exact: true }), alice.getByLabel('Até', { exact: true }), alice.getByRole('combobox', { name: 'Por', exact: true })]
  const today = await to.inputValue()
  await from.fill('2019-03-02')
  await to.fill('2019-03-04')
  await expect(alice.locator('.board-silence')).toHaveText(/^Nada aconteceu neste período/)
  await expect(alice.locator('.board-chart')).toHaveCount(0)
  // Compared with as many days before it.
  await expect(alice.locator('.board-before').first()).toHaveText('Comparado com 27/02/2019 – 01/03/2019')
  await to.fill('2019-03-01')
  await expect(alice.getByRole('alert').filter({ hasText: 'O fim precisa vir depois do começo.' })).toBeVisible()
  // By tag it is a year at most.
  await from.fill('2024-01-01')
  await to.fill(today)
  await by.selectOption({ label: 'Etiqueta' })
  await expect(alice.getByRole('alert').filter({ hasText: 'O período vai até 366 dias' })).toBeVisible()
})

test('DB-7 a tour of the product and its words are a way from the profile and from the board', async ({ agent }) => {
  const alice = await agent('admin@prosa.example')
  await open(alice, '/profile')
  const [tour] = await Promise.all([alice.waitForEvent('popup'), alice.getByRole('link', { name: 'Conhecer o Prosa' }).click()])
  await expect(tour.getByText('Passo 1 de 9')).toBeVisible()
  for (let step = 2; step <= 9; step += 1) {
    await tour.getByRole('link', { name: 'Próximo passo' }).click()
    await expect(tour.getByText(`Passo ${step} de 9`)).toBeVisible()
  }
  await expectAccessible(tour)
  await tour.screenshot({ path: 'test-results/help-tour.png', fullPage: true })
  await tour.getByRole('link', { name: 'Passo anterior' }).click()
  // Each step opens the screen that it is about.
  const [board] = await Promise.all([tour.waitForEvent('popup'), tour.getByRole('link', { name: 'Abrir esta tela' }).click()])
  await expect(board.getByRole('heading', { name: 'Painel', level: 1 })).toBeVisible()
  await board.close()
  await tour.getByRole('link', { name: 'Próximo passo' }).click()
  await tour.getByRole('link', { name: 'Ir ao glossário' }).click()
  await expect(tour.getByRole('heading', { name: 'Glossário', level: 1 })).toBeVisible()
  await expect(tour.getByRole('term').filter({ hasText: 'Transbordo' })).toBeVisible()
  await tour.close()
  await open(alice, '/board')
  const [help] = await Promise.all([alice.waitForEvent('popup'), alice.getByRole('link', { name: 'Como ler o painel' }).click()])
  await expect(help.getByRole('heading', { name: 'Painel e relatórios', level: 1 })).toBeVisible()
})
