// Templates whose header shows a file or a place.
import { readFileSync } from 'node:fs'
import { expect, expectAccessible, inbound, newNumber, type Page, sent, test } from '../support/fixtures'
import { act, bubble, openRow, salesNumber, showTab, unique } from '../support/inbox'

const picture = readFileSync(new URL('../../public/app-192.png', import.meta.url))
const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF')
const longAgo = () => Math.floor(Date.now() / 1000) - 26 * 3600

/** A conversation whose window has closed, with the templates in the place of the composer. */
async function expired(page: Page, called: string): Promise<{ number: string; name: string }> {
  const [number, name] = [newNumber(), unique(called)]
  await inbound({ from: number, name, text: 'Depois eu volto', phone_number_id: salesNumber, timestamp: longAgo() })
  await showTab(page, 'Novos')
  await openRow(page, name)
  await act(page, 'Iniciar').click()
  await expect(page.getByText('A janela de 24 horas está fechada')).toBeVisible()
  return { number, name }
}

async function choose(page: Page, template: RegExp): Promise<void> {
  const other = page.getByRole('button', { name: 'Outro modelo' })
  if (await other.isVisible()) await other.click()
  await page.getByRole('button', { name: template }).first().click()
}

const file = (page: Page) => page.locator('input[data-header-file]')
const value = (page: Page, name: string | RegExp) => page.getByRole('textbox', { name })
const go = (page: Page) => page.getByRole('button', { name: 'Enviar modelo', exact: true }).click()

async function got(number: string): Promise<Record<string, any>[]> {
  return (await sent()).filter(each => each.address === number).map(each => (each.payload as Record<string, any>).template)
}

test('a template carries a file that was chosen here, and the conversation keeps it', async ({ agent }) => {
  test.setTimeout(60_000)
  const [ana, admin] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const { number, name } = await expired(ana, 'Quer o boleto')
  await choose(ana, /boleto disponivel/)
  await expect(ana.getByText('PDF, texto ou arquivo do Office, até 100 MB.')).toBeVisible()
  await go(ana)
  await expect(ana.getByText('Escolha o arquivo do cabeçalho.')).toBeVisible()
  // Another kind of file is refused in words, and what was typed stays.
  await value(ana, 'Texto: 1').fill('Ana')
  await file(ana).setInputFiles({ name: 'foto.png', mimeType: 'image/png', buffer: picture })
  await expect(ana.getByText('O cabeçalho deste modelo mostra outro tipo de arquivo.')).toBeVisible()
  await file(ana).setInputFiles({ name: 'boleto maio.pdf', mimeType: 'application/pdf', buffer: pdf })
  await expect(ana.getByRole('link', { name: 'boleto maio.pdf' })).toBeVisible()
  await expect(ana.locator('.template-preview')).toContainText('boleto maio.pdf')
  await expect(value(ana, 'Texto: 1')).toHaveValue('Ana')
  await value(ana, 'Texto: 2').fill('10/05')
  await expectAccessible(ana, '.template-fill')
  await go(ana)
  await expect.poll(async () => (await got(number)).map(t => t.name)).toEqual(['boleto_disponivel'])
  const header = (await got(number))[0]?.components.find((c: { type: string }) => c.type === 'header').parameters[0]
  expect(header).toEqual({ type: 'document', document: { id: expect.any(String), filename: 'boleto maio.pdf' } })
  await showTab(admin, 'Outros')
  await openRow(admin, name)
  for (const page of [ana, admin]) {
    await expect(bubble(page, 'o seu boleto com vencimento').getByRole('link', { name: 'Baixar boleto maio.pdf' })).toBeVisible()
    await expect(bubble(page, 'o seu boleto com vencimento').getByText('Entregue', { exact: true })).toBeAttached()
  }
})

test('a picture in a header is seen before it is sent and after; an address does as well, and a place needs its degrees', async ({ agent }) => {
  test.setTimeout(60_000)
  const ana = await agent('ana@prosa.example')
  const first = await expired(ana, 'Quer ver a caneca')
  await choose(ana, /foto produto/)
  await file(ana).setInputFiles({ name: 'caneca.png', mimeType: 'image/png', buffer: picture })
  const before = ana.locator('.template-preview img')
  await expect.poll(() => before.evaluate(img => (img as HTMLImageElement).naturalWidth)).toBeGreaterThan(10)
  await value(ana, 'Texto: 1').fill('caneca verde')
  // To an address and back: what was chosen is still there.
  await ana.getByRole('button', { name: 'Usar um endereço da web' }).click()
  await value(ana, /Endereço do arquivo/).fill('https://loja.example/caneca.png')
  await ana.getByRole('button', { name: 'Escolher um arquivo daqui' }).click()
  await expect(ana.getByRole('link', { name: 'caneca.png' })).toBeVisible()
  await go(ana)
  const shown = bubble(ana, 'Chegou na loja: caneca verde')
  await expect.poll(() => shown.getByRole('img', { name: 'Imagem: caneca.png' }).evaluate(img => (img as HTMLImageElement).naturalWidth)).toBeGreaterThan(10)
  await expect.poll(async () => (await got(first.number))[0]?.components[0].parameters).toEqual([{ type: 'image', image: { id: expect.any(String) } }])
  await shown.getByRole('link', { name: /caneca/ }).click()
  await expect(ana.getByRole('dialog', { name: 'caneca.png' }).getByRole('img')).toBeVisible()
  await ana.keyboard.press('Escape')

  const second = await expired(ana, 'Quer passar na loja')
  await choose(ana, /nossa loja/)
  await go(ana)
  await expect(ana.getByText('De -90 a 90, como -23,5614')).toBeVisible()
  await value(ana, 'Nome do lugar').fill('Loja Centro')
  await value(ana, 'Latitude').fill('-23,5614')
  await value(ana, 'Longitude').fill('-46.6559')
  await value(ana, 'Texto: 1').fill('Rita')
  await go(ana)
  await expect.poll(async () => (await got(second.number))[0]?.components[0].parameters)
    .toEqual([{ type: 'location', location: { latitude: -23.5614, longitude: -46.6559, name: 'Loja Centro' } }])
  await expect(bubble(ana, 'espera por você na nossa loja')).toContainText('Loja Centro')

  await ana.setViewportSize({ width: 390, height: 800 })
  await ana.emulateMedia({ colorScheme: 'dark' })
  await choose(ana, /boleto disponivel/)
  await expect(ana.getByText('PDF, texto ou arquivo do Office, até 100 MB.')).toBeVisible()
  expect(await ana.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})
