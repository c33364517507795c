// The website chat from end to end: a visitor on the shop's page and an agent in the inbox.
import { readFileSync } from 'node:fs'
import type { Frame } from '@playwright/test'
import { expect, simUrl, test, type Page } from '../support/fixtures'
import { assume, bubble, row, say, showTab, tab, unique } from '../support/inbox'

async function openChat(page: Page, url = `${simUrl()}/shop`): Promise<Frame> {
  await page.goto(url)
  await page.locator('prosa-chat').click()
  return frameOf(page)
}

async function frameOf(page: Page): Promise<Frame> {
  let frame: Frame | undefined
  await expect(async () => {
    frame = page.frames().find(each => /\/chat\/[^/]+$/.test(new URL(each.url()).pathname))
    expect(await frame?.locator('textarea').count()).toBe(1)
  }, 'the chat frame').toPass({ timeout: 10_000 })
  return frame as Frame
}

test('WC-3 WC-7 a visitor writes, an agent answers, the visitor reads it: before and after a reload', async ({ page, agent }) => {
  test.setTimeout(60_000)
  const bruno = await agent('bruno@prosa.example')
  await showTab(bruno, 'Novos')
  let frame = await openChat(page)
  const question = unique('Vocês trocam o filtro?')
  await frame.locator('textarea').fill(question)
  await frame.locator('textarea').press('Enter')
  await expect(row(bruno, question)).toBeVisible()
  await expect(frame.locator('.row', { hasText: question }).locator('.tick.delivered')).toBeVisible()

  await row(bruno, question).click()
  await expect(bubble(bruno, question)).toBeVisible()
  await assume(bruno)
  await expect(tab(bruno, 'Meus')).toHaveAttribute('aria-selected', 'true')
  // SM-3: seen by an agent only once somebody serves it.
  await expect(frame.locator('.row', { hasText: question }).locator('.tick.read')).toBeVisible()
  const answer = unique('Trocamos sim, em sete dias.')
  await say(bruno, answer)
  await expect(frame.getByText(answer)).toBeVisible()
  await expect(bubble(bruno, answer).getByText('Lida', { exact: true })).toBeAttached()

  await page.reload()
  await page.locator('prosa-chat').click()
  frame = await frameOf(page)
  await expect(frame.getByText(question)).toBeVisible()
  await expect(frame.getByText(answer)).toBeVisible()
  const again = unique('Obrigada!')
  await frame.locator('textarea').fill(again)
  await frame.locator('textarea').press('Enter')
  await expect(bubble(bruno, again)).toBeVisible()
  // Their team's supervisor follows it from Outros.
  const carla = await agent('carla@prosa.example')
  await showTab(carla, 'Outros')
  await expect(row(carla, again)).toContainText('Bruno')
})

test.describe('files', () => {
  // The browser says it when the server refuses one.
  test.use({ allowedErrors: [/status of 422/] })

  test('a visitor sends a picture and a document, an agent sees both, and what is refused says why', async ({ page, agent }) => {
    test.setTimeout(90_000)
    const bruno = await agent('bruno@prosa.example')
    await showTab(bruno, 'Novos')
    let frame = await openChat(page)
    const name = unique('foto').replace(/ /g, '-')
    const picture = readFileSync(new URL('../../public/app-192.png', import.meta.url))
    const files = frame.getByRole('list', { name: 'Arquivos a caminho' })
    const input = frame.locator('input[type=file]')
    // The first thing that a visitor says may be a file.
    await input.setInputFiles([
      { name: `${name}.png`, mimeType: 'image/png', buffer: picture },
      { name: `${name}.txt`, mimeType: 'text/plain', buffer: Buffer.from('uma lista') },
    ])
    await expect(frame.locator('.row.me').getByText(`${name}.txt`)).toBeVisible()
    await expect(frame.locator('.row.me img')).toBeVisible()
    await expect.poll(() => frame.locator('.row.me img').evaluate(img => (img as HTMLImageElement).naturalWidth)).toBe(192)
    await expect(files.getByRole('listitem')).toHaveCount(0)
    // Refused ones stay in sight with their reason until they are taken away; the text under them is untouched.
    await frame.locator('textarea').fill('meu rascunho')
    await input.setInputFiles([
      { name: 'programa.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ\x90\x00\x03') },
      { name: 'vazio.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(0) },
    ])
    await expect(files.getByRole('listitem').filter({ hasText: 'programa.exe' })).toContainText('Este tipo de arquivo não é aceito')
    await expect(files.getByRole('listitem').filter({ hasText: 'vazio.pdf' })).toContainText('O arquivo está vazio')
    await frame.getByRole('button', { name: 'Retirar programa.exe' }).click()
    await frame.getByRole('button', { name: 'Retirar vazio.pdf' }).click()
    await expect(files.getByRole('listitem')).toHaveCount(0)
    await expect(frame.locator('textarea')).toHaveValue('meu rascunho')
    const text = unique('meu rascunho, agora dito')
    await frame.locator('textarea').fill(text)
    await frame.locator('textarea').press('Enter')

    await expect(row(bruno, text)).toBeVisible()
    await row(bruno, text).click()
    await expect(bruno.getByRole('img', { name: `Imagem: ${name}.png` })).toBeVisible()
    await expect(bruno.getByRole('link', { name: `Baixar ${name}.txt` })).toBeVisible()

    await page.reload()
    await page.locator('prosa-chat').click()
    frame = await frameOf(page)
    await expect(frame.locator('.row.me').getByText(`${name}.txt`)).toBeVisible()
    await expect(frame.locator('.row.me img')).toBeVisible()
  })
})
