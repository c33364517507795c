// Watching a conversation (NX-11): a colleague is asked, sees it at once, hears of what the customer writes, and stops.
import type { Locator } from '@playwright/test'
import { type Page, expect, expectAccessible, inbound, test } from '../support/fixtures'
import { bubble, open, openRow, pane, row, salesNumber, serve } from '../support/inbox'

test.describe.configure({ timeout: 180_000 })

const bell = (page: Page): Locator => page.getByRole('button', { name: /^Notificações/ })
const list = (page: Page): Locator => page.getByRole('dialog', { name: /^Notificações/ })
const part = (page: Page): Locator => page.locator('.contact-panel').getByRole('region', { name: 'Quem acompanha' })
const picker = (page: Page): Locator => page.getByRole('dialog', { name: 'Pedir que acompanhe…' })
const chip = (page: Page, contact: string): Locator => pane(page, contact).getByRole('button', { name: /^Quem acompanha: / })

async function menu(page: Page, item: RegExp): Promise<void> {
  await page.locator('.thread-actions').getByRole('button', { name: 'Mais ações' }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

test('NX-11 a colleague is asked to watch, hears who asked and what the customer writes, and stops', async ({ agent }) => {
  const [ana, alice] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const other = await serve(ana, 'Sem companhia')
  const { number, name } = await serve(ana, 'Com companhia')
  await expect(part(ana)).toContainText('Ninguém acompanha este atendimento.')

  await menu(ana, /^Pedir que acompanhe/)
  await expect(picker(ana).getByRole('textbox', { name: 'Buscar colega' })).toBeFocused()
  await expect(picker(ana).getByRole('button', { name: /Alice/ })).toBeVisible()
  // Bruno serves another team: he does not see this conversation, and cannot be asked.
  await expect(picker(ana).getByRole('button', { name: /Bruno/ })).toHaveCount(0)
  await expectAccessible(ana, '.popover:popover-open')
  await picker(ana).getByRole('textbox', { name: 'Buscar colega' }).fill('alice')
  await picker(ana).getByRole('textbox', { name: 'Buscar colega' }).press('Enter')
  await expect(part(ana).getByRole('listitem')).toHaveText(/Alice/)
  await expect(chip(ana, name)).toHaveText('1')

  // Nobody told her but the bell; what she opens shows that she watches.
  await bell(alice).click()
  const asked = list(alice).getByRole('link').filter({ hasText: name }).filter({ hasText: 'pediu que você acompanhe' })
  await expect(asked).toContainText(/Ana .*pediu que você acompanhe/)
  await expectAccessible(alice, '.popover:popover-open')
  await asked.click()
  await expect(chip(alice, name)).toHaveText('1')
  await expect(part(alice).getByRole('listitem')).toHaveText(/Alice/)
  await expectAccessible(alice, '.contact-panel')

  await open(alice, '/profile')
  await inbound({ from: number, text: 'e o frete?', phone_number_id: salesNumber })
  await bell(alice).click()
  const news = list(alice).getByRole('link').filter({ hasText: name }).filter({ hasText: 'Conversa que você acompanha' })
  await expect(news).toContainText('e o frete?')

  // The list of others shows those alone that she watches.
  await open(alice, '/inbox?tab=others')
  for (const each of [name, other.name]) await expect(row(alice, each)).toBeVisible()
  await alice.getByRole('button', { name: 'Filtros' }).click()
  await alice.getByRole('checkbox', { name: 'Acompanho' }).check()
  await alice.keyboard.press('Escape')
  await expect(row(alice, other.name)).toHaveCount(0)
  await expect(row(alice, name)).toBeVisible()

  // She stops by the keyboard: it leaves her list, and Ana's page says so at once.
  await openRow(alice, name)
  await alice.getByRole('log').focus()
  await alice.keyboard.press('Shift+W')
  await expect(row(alice, name)).toHaveCount(0)
  await expect(part(ana)).toContainText('Ninguém acompanha este atendimento.')
  await expect(chip(ana, name)).toHaveCount(0)
  await open(alice, '/profile')
  await inbound({ from: number, text: 'ainda aí?', phone_number_id: salesNumber })
  await expect(bubble(ana, 'ainda aí?')).toBeVisible()
  await bell(alice).click()
  await expect(news).toBeVisible()
  await expect(list(alice).locator('[data-unread]').filter({ hasText: name })).toHaveCount(0)

  // On a phone, by the same menu; and whoever sees it may take somebody off.
  const phone = await agent('ana@prosa.example', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  await open(phone, new URL(ana.url()).pathname)
  await expect(pane(phone, name)).toBeVisible()
  await menu(phone, /^Acompanhar/)
  await expect(chip(phone, name)).toHaveText('1')
  await menu(phone, /^Deixar de acompanhar/)
  await expect(chip(phone, name)).toHaveCount(0)
  await menu(phone, /^Pedir que acompanhe/)
  await picker(phone).getByRole('button', { name: /Alice/ }).click()
  await expect(part(phone).getByRole('listitem')).toHaveText(/Alice/)
  await expectAccessible(phone, '.contact-panel')
  await expect(part(ana).getByRole('listitem')).toHaveText(/Alice/)
  await part(phone).getByRole('button', { name: /^Tirar Alice/ }).click()
  await expect(part(ana).getByRole('listitem')).toHaveCount(0)
})
