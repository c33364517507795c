// Business hours: what an admin sets, what others see of it at once, and what a customer is told.
import { type Page, demoPassword, expect, expectAccessible, inbound, newNumber, sent, signIn, test } from '../support/fixtures'
import { bubble, open, openRow, salesNumber, showTab, unique } from '../support/inbox'

/** The account's form; teams have their own below it. */
const account = (page: Page) => page.locator('.settings-page > form').first()
const day = (page: Page, name: string) => account(page).getByRole('group', { name, exact: true })
const save = (page: Page) => account(page).getByRole('button', { name: 'Salvar' })

async function saved(page: Page): Promise<void> {
  await save(page).click()
  await expect(account(page).getByText('Salvo', { exact: true })).toBeVisible()
}

/** Closed on every day but one that never comes soon: today is a special date. */
async function closeToday(page: Page): Promise<void> {
  await account(page).getByRole('switch', { name: 'Limitar o horário de atendimento' }).check()
  await account(page).getByRole('button', { name: 'Nova data' }).click()
}

test('HR-1 HR-5 an admin sets the week, copies a day, and is told of periods that overlap', async ({ agent, ownServers }) => {
  test.setTimeout(90_000)
  const { url } = await ownServers()
  const alice = await agent('admin@prosa.example', { baseURL: url })
  await open(alice, '/settings/hours')
  await expect(alice.getByText('Sempre aberto')).toBeVisible()
  await account(alice).getByRole('switch', { name: 'Limitar o horário de atendimento' }).check()
  const monday = day(alice, 'segunda-feira')
  await monday.getByRole('button', { name: 'Período', exact: true }).click()
  await expect(monday.getByLabel('segunda-feira: abre às')).toHaveCount(3)
  await monday.getByLabel('segunda-feira: abre às').nth(2).fill('17:00')
  await monday.getByLabel('segunda-feira: fecha às').nth(2).fill('20:00')
  await save(alice).click()
  await expect(monday.getByText('Há períodos que se sobrepõem.')).toBeVisible()
  await monday.getByLabel('segunda-feira: abre às').nth(2).fill('21:00')
  await save(alice).click()
  await expect(monday.getByText('O fim precisa vir depois do começo.')).toBeVisible()
  // Midnight ends the day.
  await monday.getByLabel('segunda-feira: fecha às').nth(2).fill('00:00')
  await monday.getByRole('button', { name: 'Copiar segunda-feira para…' }).click()
  await alice.getByRole('menuitem', { name: 'sábado' }).click()
  await expect(day(alice, 'sábado').getByLabel('sábado: abre às')).toHaveCount(3)
  await saved(alice)
  await expect(alice.getByText(/^(Aberto|Fechado) agora · (abre|fecha) /)).toBeVisible()
  await open(alice, '/settings/hours')
  await expect(day(alice, 'sábado').getByLabel('sábado: fecha às').nth(2)).toHaveValue('00:00')
  await expectAccessible(alice)
})

test('HR-6 holidays are imported once', async ({ agent, ownServers }) => {
  const { url } = await ownServers()
  const alice = await agent('admin@prosa.example', { baseURL: url })
  await open(alice, '/settings/hours')
  await account(alice).getByRole('switch', { name: 'Limitar o horário de atendimento' }).check()
  for (const count of [11, 0]) {
    await account(alice).getByRole('button', { name: 'Importar feriados' }).click()
    await alice.getByLabel('Estado').selectOption('SP')
    await alice.getByRole('button', { name: 'Importar 11 datas' }).click()
    await expect(alice.getByText(`Datas novas: ${count}. Salve para valer.`)).toBeVisible()
  }
  await expect(account(alice).locator('.hours-date')).toHaveCount(11)
  await saved(alice)
  await open(alice, '/settings/hours')
  await expect(account(alice).locator('.hours-date')).toHaveCount(11)
  await expect(account(alice).locator('.hours-date input[type=text]').nth(1)).toHaveValue('Sexta-feira Santa')
})

test.describe('refused by the server', () => {
  test.use({ allowedErrors: [/hours\/save_hours/] })

  test('HR-1 of two admins the second is told, and may take over what the first saved', async ({ agent, ownServers, newWindow }) => {
    test.setTimeout(90_000)
    const { url } = await ownServers()
    const alice = await agent('admin@prosa.example', { baseURL: url })
    const again = await newWindow({ baseURL: url })
    await signIn(again, 'admin@prosa.example', demoPassword)
    await open(alice, '/settings/hours')
    await open(again, '/settings/hours')
    // One's own changes are not lost to what comes in meanwhile.
    await account(again).getByRole('switch', { name: 'Limitar o horário de atendimento' }).check()
    await account(again).getByRole('switch', { name: 'domingo' }).check()
    await account(alice).getByRole('switch', { name: 'Limitar o horário de atendimento' }).check()
    await saved(alice)
    await expect(again.getByText(/^(Aberto|Fechado) agora/)).toBeVisible()
    await save(again).click()
    await expect(again.getByText('Outra pessoa mudou isto enquanto você editava.')).toBeVisible()
    await expect(account(again).getByRole('switch', { name: 'domingo' })).toBeChecked()
    await again.getByRole('button', { name: 'Carregar o que foi salvo e descartar o meu' }).click()
    await expect(account(again).getByRole('switch', { name: 'domingo' })).not.toBeChecked()
    // Without changes of one's own what others save appears by itself.
    await account(alice).getByRole('switch', { name: 'sábado' }).check()
    await saved(alice)
    await expect(account(again).getByRole('switch', { name: 'sábado' })).toBeChecked()
  })
})

test('HR-2 HR-4 who writes while it is closed is told once; colleagues see it, and a team of its own is open', async ({ agent, ownServers }) => {
  test.setTimeout(120_000)
  const { url, sim } = await ownServers()
  const [alice, ana] = [await agent('admin@prosa.example', { baseURL: url }), await agent('ana@prosa.example', { baseURL: url })]
  const [number, name] = [newNumber(), unique('Noite')]
  await inbound({ from: number, name, text: 'Boa noite', phone_number_id: salesNumber }, sim)
  await showTab(ana, 'Novos')
  await openRow(ana, name)
  await open(alice, '/settings/hours')
  await closeToday(alice)
  await account(alice).getByRole('switch', { name: 'Responder fora do horário' }).check()
  await account(alice).getByLabel('Resposta').fill('Estamos fechados, [NOME]. ')
  await account(alice).getByRole('button', { name: 'Próxima abertura' }).click()
  await expect(account(alice).locator('.closing-bubble')).toHaveText(/^Estamos fechados, .+\. 07\/12 08:00$/)
  await saved(alice)
  await expect(alice.getByText(/^Fechado agora · abre /)).toBeVisible()
  // The agent who looks at the conversation sees it without a reload.
  await expect(ana.getByText(/^fechada até /)).toBeVisible()
  for (const text of ['Ainda tem?', 'Alô?']) await inbound({ from: number, name, text, phone_number_id: salesNumber }, sim)
  await expect(bubble(ana, `Estamos fechados, ${name}.`)).toHaveCount(1)
  await expect(bubble(ana, 'Alô?')).toBeVisible()
  await expect.poll(async () => (await sent(sim)).filter(call => JSON.stringify(call).includes('Estamos fechados')).length).toBe(1)

  // The team gets its own hours, without a limit.
  await alice.getByLabel('Dar horário próprio a uma equipe').selectOption({ label: 'Vendas' })
  const team = alice.locator('details').filter({ hasText: 'Vendas' })
  await team.getByRole('switch', { name: 'Limitar o horário de atendimento' }).uncheck()
  await team.getByRole('button', { name: 'Salvar' }).click()
  await expect(team.getByText('Sempre aberto')).toBeVisible()
  await expect(ana.getByText(/^fechada até /)).toHaveCount(0)
  await team.getByRole('button', { name: 'Voltar ao horário da conta' }).click()
  await alice.getByRole('dialog').getByRole('button', { name: 'Voltar ao horário da conta' }).click()
  await expect(alice.locator('details')).toHaveCount(0)
  await expect(ana.getByText(/^fechada até /)).toBeVisible()
})
