// Work that is handed out: an admin switches it on, one agent sees what comes in and how long they have, then the next one.
import { type Page, expect, expectAccessible, inbound, newNumber, test } from '../support/fixtures'
import { assume, bubble, line, open, openRow, row, salesNumber, showTab, unique } from '../support/inbox'

/** Saves the form on screen. */
async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Salvar' }).click()
  await expect(page.getByText('Salvo', { exact: true })).toBeVisible()
}

/** A person in the list of the team that is open. */
const member = (page: Page, name: string) => page.locator('.team-people li').filter({ hasText: name })

test('DI-1 DI-2 DI-4 DI-10 AB-9 what comes in is one agent\'s, and goes on to the next one who is there', async ({ agent, ownServers }) => {
  // The shortest time that a team can give each person is two minutes.
  test.setTimeout(360_000)
  const { url, sim } = await ownServers()
  const alice = await agent('admin@prosa.example', { baseURL: url })
  const ana = await agent('ana@prosa.example', { baseURL: url })
  const bruno = await agent('bruno@prosa.example', { baseURL: url })

  // Two agents in one team, and the rule.
  await open(alice, '/settings/members')
  await alice.getByRole('link', { name: /Bruno Teixeira/ }).click()
  await alice.getByRole('checkbox', { name: 'Vendas: atende' }).check()
  await save(alice)
  await open(alice, '/settings/features')
  await alice.getByRole('switch', { name: 'Distribuição de atendimentos' }).check()
  await expect(alice.getByText('Distribuição de atendimentos: ligado')).toBeVisible()
  await open(alice, '/settings/teams')
  await alice.getByRole('link', { name: /^Vendas/ }).click()
  await alice.getByRole('switch', { name: 'Alice Andrade: disponível' }).uncheck()
  await expect(alice.getByRole('switch', { name: 'Alice Andrade: disponível' })).not.toBeChecked()
  await alice.getByRole('switch', { name: 'Distribuir os atendimentos novos' }).check()
  await alice.getByRole('switch', { name: 'Transbordo' }).check()
  await alice.getByLabel('Minutos para cada pessoa iniciar').fill('1')
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice.getByLabel('Minutos para cada pessoa iniciar')).toHaveAttribute('aria-invalid', 'true')
  await alice.getByLabel('Minutos para cada pessoa iniciar').fill('2')
  await save(alice)
  await expect(alice.locator('.team-next')).toHaveText('próximo')
  await expect(member(alice, 'Alice Andrade')).not.toContainText('próximo')
  await expectAccessible(alice)
  await alice.screenshot({ path: 'test-results/distribution-team.png', fullPage: true })

  // One of the two sees it, with the time that is left; who leads sees whose it is.
  const [number, name] = [newNumber(), unique('Distribuída')]
  for (const page of [ana, bruno]) await open(page)
  for (const page of [ana, bruno]) await showTab(page, 'Novos')
  await inbound({ from: number, name, text: 'Quem atende?', phone_number_id: salesNumber }, sim)
  await expect.poll(async () => await row(ana, name).count() + await row(bruno, name).count()).toBe(1)
  const isAnas = await row(ana, name).count() === 1
  const [first, second] = isAnas ? [ana, bruno] : [bruno, ana]
  const [firstName, secondName] = isAnas ? ['Ana', 'Bruno'] : ['Bruno', 'Ana']
  await expect(row(first, name)).toContainText(/Para você: [12]:\d\d/)
  await expect(row(second, name)).toHaveCount(0)
  const opened = await openRow(first, name)
  await expect(opened.getByText(/^Para você: [01]:\d\d$/)).toBeVisible()
  await expect(line(first, new RegExp(`O atendimento aguarda ${firstName}`))).toBeVisible()
  await expectAccessible(first, '.thread-head')
  await first.screenshot({ path: 'test-results/distribution-countdown.png' })
  await open(alice)
  await showTab(alice, 'Novos')
  await expect(row(alice, name)).toContainText(firstName)

  // Who does not begin loses it, without a reload on either side.
  await expect(row(second, name)).toBeVisible({ timeout: 150_000 })
  await expect(row(first, name)).toHaveCount(0)
  await expect(row(second, name)).toContainText(/Para você: [12]:\d\d/)
  await expect(row(alice, name)).toContainText(secondName)

  // Who goes away keeps nothing that waits.
  await open(alice, '/settings/teams')
  await alice.getByRole('link', { name: /^Vendas/ }).click()
  const here = alice.getByRole('switch', { name: new RegExp(`^${secondName} .+: disponível$`) })
  await here.uncheck()
  await expect(here).not.toBeChecked()
  await expect(row(first, name)).toBeVisible()
  await expect(row(second, name)).toHaveCount(0)
  const again = await openRow(first, name)
  await assume(first)
  await expect(bubble(first, 'Quem atende?')).toBeVisible()
  await expect(again.getByText(/^Para você/)).toHaveCount(0)
  await expect(line(first, new RegExp(`passou de ${firstName} .+ para ${secondName}`))).toBeVisible()
})
