// The inbox as an agent uses it: everything is found by role and by the name that people read.
import type { Locator, Page } from '@playwright/test'
import { expect } from '@playwright/test'
import { inbound, newNumber } from './sim'

/** The simulator's two numbers: the first belongs to team Vendas, the second to team Suporte. */
export const salesNumber = '106540352242922'
export const supportNumber = '106540352242923'

export type Tab = 'Novos' | 'Meus' | 'Outros' | 'Concluídos'

/** Opens a page of a signed-in person and waits until it is alive: its live connection is up then. */
export async function open(page: Page, path = '/inbox'): Promise<void> {
  const [socket] = await Promise.all([page.waitForEvent('websocket', each => /\/live/.test(each.url())), page.goto(path)])
  await socket.waitForEvent('framereceived').catch(() => undefined)
}

export const tab = (page: Page, name: Tab): Locator =>
  page.getByRole('tablist', { name: 'Atendimentos' }).getByRole('tab', { name: new RegExp(`^${name}`) })

export async function showTab(page: Page, name: Tab): Promise<void> {
  await tab(page, name).click()
  await expect(tab(page, name)).toHaveAttribute('aria-selected', 'true')
}

/** The number beside a tab; 0 when there is none. */
export async function count(page: Page, name: Tab): Promise<number> {
  return Number(/\d+/.exec(await tab(page, name).innerText())?.[0] ?? 0)
}

/** A conversation's row in the list. */
export const row = (page: Page, contact: string): Locator =>
  page.getByRole('listbox', { name: 'Lista de atendimentos' }).getByRole('option').filter({ hasText: contact })

/** The pane of the open conversation. */
export const pane = (page: Page, contact: string): Locator => page.getByRole('region', { name: `Atendimento de ${contact}`, exact: true })

/** Opens a conversation from the list. */
export async function openRow(page: Page, contact: string): Promise<Locator> {
  await row(page, contact).click()
  const opened = pane(page, contact)
  await expect(opened.getByRole('log')).toBeVisible()
  return opened
}

/** The bubbles with this text. */
export const bubble = (page: Page, text: string | RegExp): Locator => page.getByRole('log').getByRole('article').filter({ hasText: text })

/** A system line of the timeline. */
export const line = (page: Page, text: string | RegExp): Locator => page.getByRole('log').getByText(text)

/** The main action in the head of the open conversation. */
export const act = (page: Page, name: string): Locator => page.locator('.thread-actions').getByRole('button', { name, exact: true })

export const editor = (page: Page): Locator => page.getByRole('textbox', { name: /^(Escreva uma mensagem|Escreva; sai quando o contato responder)$/ })

/** Writes to the contact and sends it by Enter. */
export async function say(page: Page, text: string): Promise<void> {
  await editor(page).fill(text)
  await editor(page).press('Enter')
  await expect(editor(page)).toHaveValue('')
}

/** Takes a waiting conversation (Iniciar). */
export async function assume(page: Page): Promise<void> {
  await act(page, 'Iniciar').click()
  await expect(editor(page)).toBeVisible()
}

/** A customer of Vendas writes, and the agent takes the conversation. Answers the customer's number and name. */
export async function serve(page: Page, called: string, text = 'bom dia', sim?: string): Promise<{ number: string; name: string }> {
  const [number, name] = [newNumber(), unique(called)]
  await inbound({ from: number, name, text, phone_number_id: salesNumber }, sim)
  await showTab(page, 'Novos')
  await openRow(page, name)
  await assume(page)
  return { number, name }
}

let counter = 0
/** Text, or a name, that no other test writes. */
export function unique(text: string): string {
  counter += 1
  return `${text} ${process.pid.toString(36)}${counter}${Math.random().toString(36).slice(2, 6)}`
}

/** Presses an action of the open conversation; where there is no room for its button it stands in the menu. */
async function press(page: Page, name: string): Promise<void> {
  const more = page.locator('.thread-actions').getByRole('button', { name: 'Mais ações' })
  await expect(act(page, name).or(more).first()).toBeVisible()
  if (await act(page, name).isVisible()) return act(page, name).click()
  await more.click()
  await page.getByRole('menuitem', { name, exact: true }).click()
}

/** Opens the transfer dialog and hands the conversation to a team or a person. */
export async function transfer(page: Page, to: string, note = ''): Promise<void> {
  await press(page, 'Transferir')
  const dialog = page.getByRole('dialog', { name: 'Transferir atendimento' })
  await dialog.getByRole('combobox', { name: 'Buscar equipe ou pessoa' }).fill(to)
  await dialog.getByRole('option').filter({ hasText: to }).first().click()
  if (note) await dialog.getByRole('textbox', { name: /Nota para quem recebe/ }).fill(note)
  await dialog.getByRole('button', { name: `Transferir para ${to}` }).click()
  await expect(dialog).toBeHidden()
}

/** Concludes the open conversation, with the closing message unless told otherwise. */
export async function conclude(page: Page, { silent = false } = {}): Promise<void> {
  await press(page, 'Concluir')
  const dialog = page.getByRole('dialog', { name: 'Concluir atendimento?' })
  if (silent) await dialog.getByRole('checkbox', { name: 'Enviar a mensagem de encerramento' }).uncheck()
  await dialog.getByRole('button', { name: 'Concluir', exact: true }).click()
  await expect(dialog).toBeHidden()
}
