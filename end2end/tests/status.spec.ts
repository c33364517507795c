// Who is here: what an agent chooses, what colleagues see of it at once, and what a customer is told meanwhile.
import { type Page, expect, expectAccessible, inbound, sent, test } from '../support/fixtures'
import { bubble, open, salesNumber, serve } from '../support/inbox'

test.describe.configure({ timeout: 150_000 })

const account = (page: Page) => page.locator('.rail-account')
/** My own dot. */
const dot = (page: Page, kind: 'online' | 'away' | 'offline') => account(page).locator(`.avatar-status.${kind}`)

/** Chooses in the menu of one's own photo. */
async function choose(page: Page, name: string): Promise<void> {
  await account(page).click()
  await page.getByRole('menuitemradio', { name, exact: true }).click()
}

test('ST-1 ST-2 TR-4 at lunch: the customer is told once, a colleague sees it live, and the transfer dialog warns', async ({ agent, ownServers }) => {
  const { url, sim } = await ownServers()
  const [alice, ana] = [await agent('admin@prosa.example', { baseURL: url }), await agent('ana@prosa.example', { baseURL: url })]
  // An admin gives lunch a text.
  await open(alice, '/settings/status')
  const lunch = alice.getByRole('group', { name: 'Almoço' })
  await lunch.getByRole('textbox').fill('Oi, [NOME]! [ATENDENTE] está no almoço.')
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice.getByText('Salvo', { exact: true })).toBeVisible()
  await open(alice, '/settings/members')
  const person = alice.getByRole('link', { name: /Ana Martins/ })
  await expect(person.locator('.avatar-status.online')).toBeVisible()

  // Ana serves a customer and goes.
  await expect(dot(ana, 'online')).toBeVisible()
  const { number, name } = await serve(ana, 'Faminta', 'oi', sim)
  await choose(ana, 'Almoço')
  await expect(dot(ana, 'away')).toBeVisible()
  await expect(ana.getByText('Status: Ausente · Almoço')).toBeVisible()
  await expect(person.locator('.avatar-status.away')).toBeVisible()
  for (const text of ['Tem alguém?', 'Alô?']) await inbound({ from: number, name, text, phone_number_id: salesNumber }, sim)
  await expect(bubble(ana, `Oi, ${name}! Ana está no almoço.`)).toHaveCount(1)
  await expect(bubble(ana, 'Alô?')).toBeVisible()
  await expect(bubble(ana, `Oi, ${name}! Ana está no almoço.`)).toHaveCount(1)
  await expect.poll(async () => (await sent(sim)).filter(call => JSON.stringify(call).includes('está no almoço')).length).toBe(1)

  // Whoever hands something over is told before.
  await open(alice)
  await serve(alice, 'Passada', 'oi', sim)
  await alice.getByRole('log').focus()
  await alice.keyboard.press('t')
  const dialog = alice.getByRole('dialog', { name: 'Transferir atendimento' })
  await dialog.getByRole('combobox', { name: 'Buscar equipe ou pessoa' }).fill('Ana')
  const option = dialog.getByRole('option').filter({ hasText: 'Ana Martins' })
  await expect(option).toContainText('Ausente · Almoço')
  await expect(option.locator('.avatar-status.away')).toBeVisible()
  await option.click()
  await expect(dialog.getByText('Ana Martins não está aqui agora: Ausente · Almoço.')).toBeVisible()
  await expectAccessible(alice, 'dialog[open]')
  // The warning follows her.
  await choose(ana, 'Online')
  await expect(dialog.getByText('Ana Martins não está aqui agora')).toHaveCount(0)
  await expect(option.locator('.avatar-status.online')).toBeVisible()
})

test('ST-1 by keys: away for a reason until a time, and online again; what was chosen outlives a reload', async ({ agent, ownServers }) => {
  const { url, sim } = await ownServers()
  const ana = await agent('ana@prosa.example', { baseURL: url })
  await expect(dot(ana, 'online')).toBeVisible()
  await serve(ana, 'Teclado', 'oi', sim)
  await ana.getByRole('log').focus()
  await ana.keyboard.press('y')
  await ana.keyboard.press('a')
  const dialog = ana.getByRole('dialog', { name: 'Ausente até…' })
  await dialog.getByRole('radio', { name: 'Reunião' }).check()
  await dialog.getByLabel('Volto às').fill('23:59')
  await expectAccessible(ana, 'dialog[open]')
  await dialog.getByRole('button', { name: 'Ficar ausente' }).click()
  await expect(dialog).toBeHidden()
  await expect(dot(ana, 'away')).toBeVisible()
  await open(ana)
  await expect(dot(ana, 'away')).toBeVisible()
  await account(ana).click()
  await expect(ana.getByText(/^Ausente · Reunião · volta /)).toBeVisible()
  await expect(ana.getByRole('menuitemradio', { name: 'Reunião' })).toHaveAttribute('aria-checked', 'true')
  await expectAccessible(ana, ':popover-open')
  await ana.keyboard.press('Escape')
  await ana.keyboard.press('y')
  await ana.keyboard.press('o')
  await expect(dot(ana, 'online')).toBeVisible()
})

test('ST-1 on a phone, where nothing scrolls sideways', async ({ agent, ownServers }) => {
  const { url } = await ownServers()
  const ana = await agent('ana@prosa.example', { baseURL: url, viewport: { width: 390, height: 844 } })
  await expect(dot(ana, 'online')).toBeVisible()
  await choose(ana, 'Offline')
  await expect(dot(ana, 'offline')).toBeVisible()
  await account(ana).click()
  await ana.getByRole('menuitem', { name: 'Ausente até…' }).click()
  const dialog = ana.getByRole('dialog', { name: 'Ausente até…' })
  await expect(dialog.getByRole('button', { name: 'Ficar ausente' })).toBeInViewport()
  expect(await ana.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await expectAccessible(ana, 'dialog[open]')
})

test('ST-2 an admin adds a reason of the account, which is offered at once', async ({ agent, ownServers }) => {
  const { url } = await ownServers()
  const [alice, ana] = [await agent('admin@prosa.example', { baseURL: url }), await agent('ana@prosa.example', { baseURL: url })]
  await open(alice, '/settings/status')
  await alice.getByRole('button', { name: 'Novo motivo' }).click()
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice.getByText('Preencha este campo.')).toBeVisible()
  await alice.getByRole('textbox', { name: 'Nome do motivo' }).fill('Médico')
  await alice.getByRole('group', { name: 'Almoço' }).getByRole('switch', { name: 'Oferecer' }).uncheck()
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice.getByText('Salvo', { exact: true })).toBeVisible()
  await choose(ana, 'Médico')
  await expect(ana.getByText('Status: Ausente · Médico')).toBeVisible()
  await account(ana).click()
  await expect(ana.getByRole('menuitemradio', { name: 'Almoço' })).toHaveCount(0)
})
