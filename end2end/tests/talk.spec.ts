// The internal chat (CI-1 to CI-4): two colleagues and an admin in three browsers.
import type { Locator } from '@playwright/test'
import { type Page, expect, expectAccessible, test } from '../support/fixtures'
import { open, serve, unique } from '../support/inbox'

test.describe.configure({ timeout: 240_000 })

const [admin, ana, bruno] = ['admin@prosa.example', 'ana@prosa.example', 'bruno@prosa.example']

const chat = (page: Page): Locator => page.getByRole('region', { name: 'Chat interno' })
const button = (page: Page): Locator => page.getByRole('button', { name: /Chat interno/ }).first()
const text = (page: Page): Locator => chat(page).getByRole('textbox', { name: 'Escreva uma mensagem interna' })
const lines = (page: Page): Locator => chat(page).getByRole('log').locator('.talk-message')

/** Switches the chat in the settings, as an admin. */
async function turn(page: Page, on: boolean): Promise<void> {
  await page.goto('/settings/features')
  const choice = page.getByRole('switch', { name: 'Chat interno' }).or(page.getByRole('checkbox', { name: 'Chat interno' }))
  await expect(choice).toBeVisible()
  if ((await choice.isChecked()) !== on) {
    await choice.click()
    await expect(page.getByText(/^Chat interno: (ligado|desligado)$/).first()).toBeVisible()
  }
}

async function talkTo(page: Page, name: string): Promise<void> {
  if (!(await chat(page).isVisible())) await button(page).click()
  const back = chat(page).getByRole('button', { name: 'Voltar para a lista' })
  if (await back.isVisible()) await back.click()
  await chat(page).getByRole('searchbox').fill(name)
  await chat(page).getByRole('list', { name: 'Colegas e equipes' }).getByRole('button', { name }).first().click()
  await expect(text(page)).toBeVisible()
}

async function tell(page: Page, what: string): Promise<void> {
  await text(page).fill(what)
  await text(page).press('Enter')
  await expect(text(page)).toHaveValue('')
}

test('CI-1: off by default, an admin switches it on, and open pages have it at once', async ({ agent }) => {
  const one = await agent(ana)
  await expect(button(one)).toBeHidden()
  const boss = await agent(admin)
  await turn(boss, true)
  await expect(button(one)).toBeVisible()
  await button(one).click()
  await expect(chat(one)).toBeVisible()
  await expectAccessible(one, '.talk')
  await one.screenshot({ path: 'test-results/talk-empty.png' })
})

test('CI-2, CI-3, CI-4: two colleagues write to each other; the badge counts, and the admin hears nothing', async ({ agent }) => {
  const [one, two, boss] = [await agent(ana), await agent(bruno), await agent(admin)]
  const secret = unique('segredo')
  await talkTo(one, 'Bruno')
  await tell(one, secret)
  await tell(one, '*importante* 🙏')
  await expect(button(two)).toContainText('2')
  await button(two).click()
  const row = chat(two).getByRole('button', { name: /Ana/ }).first()
  await expect(row).toContainText('importante')
  await row.click()
  await expect(lines(two)).toContainText([secret, 'importante'])
  await expect(lines(two).last().locator('strong')).toHaveText('importante')
  await expect(button(two)).not.toContainText('2')
  await tell(two, 'recebido')
  await expect(lines(one).last()).toContainText('recebido')
  await expectAccessible(one, '.talk')
  await one.screenshot({ path: 'test-results/talk-thread.png' })
  // Twice the same key: once the same message.
  await text(one).fill('uma vez só')
  await Promise.all([text(one).press('Enter'), text(one).press('Enter')])
  await expect(lines(two).filter({ hasText: 'uma vez só' })).toHaveCount(1)
  // Of all this the admin hears and finds nothing.
  await button(boss).click()
  await expect(chat(boss).getByRole('heading', { name: 'Chat interno' })).toBeVisible()
  await expect(chat(boss)).not.toContainText(secret)
  await expect(button(boss)).not.toContainText(/\d/)
})

/** Shows the open conversation to somebody, by its menu. */
async function share(page: Page, to: string): Promise<void> {
  // The chat stands over the head of the conversation.
  if (await chat(page).isVisible()) await chat(page).getByRole('button', { name: 'Fechar' }).click()
  await page.locator('.thread-actions button[aria-haspopup="menu"]').last().click()
  await page.getByRole('menuitem', { name: 'Mostrar a um colega' }).click()
  await expect(chat(page)).toContainText('Escolha a quem mostrar este atendimento.')
  await chat(page).getByRole('searchbox').fill(to)
  await chat(page).getByRole('list', { name: 'Colegas e equipes' }).getByRole('button', { name: to }).click()
}

test('CI-4: a file, a conversation as a card for those who see it, and a text that is not lost', async ({ agent }) => {
  const [one, two, boss] = [await agent(ana), await agent(bruno), await agent(admin)]
  const { name } = await serve(one, 'Cartão')
  await share(one, 'Bruno')
  await expect(chat(one).locator('.talk-writer .talk-card')).toContainText(name)
  await one.locator('input[data-attach="talk"]').setInputFiles({ name: 'plano.txt', mimeType: 'text/plain', buffer: Buffer.from('plano') })
  await expect(chat(one).locator('.talk-files')).toContainText('plano.txt')
  await tell(one, 'veja isto')
  await button(two).click()
  await chat(two).getByRole('button', { name: /Ana/ }).first().click()
  const last = lines(two).filter({ hasText: 'veja isto' }).last()
  await expect(last.getByRole('link', { name: /plano\.txt/ })).toBeVisible()
  // Bruno's team does not see it: he learns no name.
  await expect(last.locator('.talk-card.closed')).toContainText('Um atendimento que você não pode ver')
  await expect(last).not.toContainText(name)
  await two.screenshot({ path: 'test-results/talk-closed-card.png' })
  // The admin does, by the card and by an address that was pasted.
  await share(one, 'Alice')
  await tell(one, 'para você')
  await tell(one, `veja também ${new URL(one.url()).origin}${new URL(one.url()).pathname}`)
  await button(boss).click()
  await chat(boss).getByRole('button', { name: /Ana/ }).first().click()
  const cards = lines(boss).locator('a.talk-card[href^="/inbox/"]')
  await expect(cards).toHaveCount(2)
  await expect(cards.last()).toContainText(name)
  await cards.last().click()
  await expect(boss).toHaveURL(/\/inbox\/\d+/)
  await boss.screenshot({ path: 'test-results/talk-card.png' })
  // What was not sent is there again after a reload.
  await text(one).fill('ainda não terminei')
  await open(one)
  await talkTo(one, 'Alice')
  await expect(text(one)).toHaveValue('ainda não terminei')
  await text(one).fill('')
})

test('a long talk opens at its end, older messages move nothing, and what one sends comes into sight', async ({ agent }) => {
  const one = await agent(ana)
  await talkTo(one, 'Todos da conta')
  for (let n = 1; n <= 50; n += 1) {
    await text(one).fill(`linha ${n}. ${'mais texto '.repeat(n % 9)}`)
    await text(one).press('Enter')
  }
  await expect(lines(one).last()).toContainText('linha 50.')
  await open(one)
  await talkTo(one, 'Todos da conta')
  await expect(lines(one)).toHaveCount(40)
  await expect(lines(one).last()).toBeInViewport()
  // The first line in sight, before and after older ones came above it.
  const sight = () => chat(one).getByRole('log').evaluate(log => {
    const edge = log.parentElement!.getBoundingClientRect().top
    const line = [...log.querySelectorAll('.talk-message')].find(each => each.getBoundingClientRect().bottom > edge + 40)!
    return { text: line.textContent, top: Math.round(line.getBoundingClientRect().top - edge) }
  })
  await chat(one).getByRole('log').evaluate(log => { log.parentElement!.scrollTop = 60 })
  const before = await sight()
  await expect.poll(() => lines(one).count()).toBeGreaterThan(40)
  await expect(async () => {
    const after = await sight()
    expect(after.text).toBe(before.text)
    expect(Math.abs(after.top - before.top)).toBeLessThanOrEqual(2)
  }).toPass()
  await tell(one, 'daqui de cima')
  await expect(lines(one).last()).toContainText('daqui de cima')
  await expect(lines(one).last()).toBeInViewport()
  // A picture comes after its message, and the end is still in sight.
  await one.locator('input[data-attach="talk"]').setInputFiles('../public/screen-narrow.webp')
  await expect(chat(one).locator('.talk-files')).toContainText('screen-narrow.webp')
  await expect(chat(one).getByRole('button', { name: 'Enviar', exact: true })).not.toHaveAttribute('aria-disabled', 'true')
  await tell(one, 'com imagem')
  await open(one)
  await talkTo(one, 'Todos da conta')
  await expect.poll(() => lines(one).last().locator('img').evaluate((img: HTMLImageElement) => img.complete && img.naturalHeight > 0)).toBe(true)
  await expect.poll(() => chat(one).getByRole('log').evaluate(log => {
    const box = log.parentElement!
    return box.scrollHeight - box.scrollTop - box.clientHeight
  })).toBeLessThanOrEqual(1)
})

test('CI-4: without a connection the message waits under one\'s eyes and is sent again', async ({ agent }) => {
  const one = await agent(ana)
  await talkTo(one, 'Bruno')
  await one.route('**/api/app/api/talk/say', route => route.fulfill({ status: 503, contentType: 'application/json', body: '{"code":"unavailable"}' }))
  const said = unique('espera')
  await tell(one, said)
  const waiting = lines(one).filter({ hasText: said })
  await expect(waiting.getByRole('button', { name: 'Tentar de novo' })).toBeVisible()
  await one.unroute('**/api/app/api/talk/say')
  await open(one)
  await talkTo(one, 'Bruno')
  await lines(one).filter({ hasText: said }).getByRole('button', { name: 'Tentar de novo' }).click()
  await expect(lines(one).filter({ hasText: said }).getByRole('button')).toHaveCount(0)
})
test.use({ allowedErrors: [/503/] })

test('on a phone it is an entry of the bar and takes the whole screen; in the dark it is readable', async ({ agent }) => {
  const phone = await agent(ana, { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
  await phone.locator('.rail-talk').click()
  await expect(chat(phone)).toBeVisible()
  expect(await chat(phone).boundingBox()).toMatchObject({ x: 0, y: 0, width: 390 })
  await phone.screenshot({ path: 'test-results/talk-phone-list.png' })
  await chat(phone).getByRole('button', { name: /Bruno/ }).first().click()
  await expect(text(phone)).toBeVisible()
  await expectAccessible(phone, '.talk')
  await phone.screenshot({ path: 'test-results/talk-phone.png' })
  await phone.keyboard.press('Escape')
  await expect(chat(phone)).toBeHidden()
})

test('CI-1: switched off, nobody writes, and what was written is read', async ({ agent }) => {
  const [one, boss] = [await agent(ana), await agent(admin)]
  await talkTo(one, 'Bruno')
  await turn(boss, false)
  await expect(chat(one)).toContainText('O chat interno está desativado.')
  await expect(text(one)).toBeHidden()
  await expect(lines(one).first()).toBeVisible()
})
