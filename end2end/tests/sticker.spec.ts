// Stickers: a file that is one goes as one, a picture is made one, and one that came is sent once more.
import { readFileSync } from 'node:fs'
import { expect, expectAccessible, inbound, sent, test, type Page } from '../support/fixtures'
import { bubble, editor, openRow, row, salesNumber, serve, showTab } from '../support/inbox'

// A picture that is no sticker is refused.
test.use({ allowedErrors: [/status of 422/] })

const sticker = { name: 'oi.webp', mimeType: 'image/webp', buffer: readFileSync(new URL('../../server/graph-sim/assets/samples/sticker.webp', import.meta.url)) }
const logo = { name: 'logo.png', mimeType: 'image/png', buffer: readFileSync(new URL('../../public/app-192.png', import.meta.url)) }

const input = (page: Page) => page.locator('input[data-attach=shown]')
const tray = (page: Page) => page.getByRole('list', { name: 'Arquivos anexados' }).getByRole('listitem')
const send = (page: Page) => page.getByRole('button', { name: 'Enviar', exact: true }).click()
const shown = (page: Page) => page.getByRole('log').getByRole('img', { name: 'Figurinha' })

/** The types that the contact's phone got. */
async function got(number: string): Promise<string[]> {
  return (await sent()).filter(each => each.address === number).map(each => (each.payload as { type: string }).type)
}

async function shot(page: Page, name: string): Promise<void> {
  if (process.env.PROSA_SHOTS) await page.screenshot({ path: `${process.env.PROSA_SHOTS}/${name}.png` })
}

/** A picture that no encoder makes small. */
async function noise(page: Page): Promise<Buffer> {
  return Buffer.from(await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 512, height: 512 })
    const pen = canvas.getContext('2d') as CanvasRenderingContext2D
    const pixels = pen.createImageData(512, 512)
    for (let i = 0; i < pixels.data.length; i += 1) pixels.data[i] = i % 4 === 3 ? 255 : Math.random() * 256
    pen.putImageData(pixels, 0, 0)
    const blob = await new Promise<Blob | null>(done => canvas.toBlob(done, 'image/png'))
    return [...new Uint8Array(await (blob as Blob).arrayBuffer())]
  }))
}

test('MD-2 a sticker goes as one, a picture is made one, and what cannot be one says why', async ({ agent }) => {
  test.setTimeout(180_000)
  const [ana, admin] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const { number, name } = await serve(ana, 'Recebe figurinhas')
  await showTab(admin, 'Outros')
  await openRow(admin, name)
  // As it is, without a word beside it.
  await input(ana).setInputFiles(sticker)
  await expect(tray(ana)).toContainText('vai como figurinha')
  const choice = tray(ana).getByRole('checkbox', { name: 'como figurinha' })
  await expect(choice).toBeChecked()
  await expectAccessible(ana, '.composer')
  await shot(ana, 'sticker-tray')
  // As a picture after all, and as a sticker again.
  await choice.uncheck()
  await expect(tray(ana)).toContainText('vai como imagem')
  await choice.check()
  await expect(tray(ana)).toContainText('vai como figurinha')
  await send(ana)
  for (const page of [ana, admin]) await expect(shown(page)).toHaveCount(1)
  await expect.poll(() => got(number)).toEqual(['sticker'])
  // A picture is one when that is wished; a text goes before it.
  await input(ana).setInputFiles(logo)
  await expect(tray(ana)).toContainText('vai como imagem')
  await choice.check()
  await expect(tray(ana)).toContainText('vai como figurinha')
  await editor(ana).fill('nossa marca')
  await expect(ana.getByText('Figurinha não leva legenda')).toBeVisible()
  await send(ana)
  await expect(shown(ana)).toHaveCount(2)
  await expect.poll(() => got(number)).toEqual(['sticker', 'text', 'sticker'])
  await expect.poll(() => shown(admin).last().evaluate(img => (img as HTMLImageElement).naturalWidth)).toBe(512)
  // Beside a text that one has begun a sticker is a picture.
  await editor(ana).fill('com legenda')
  await input(ana).setInputFiles(sticker)
  await expect(tray(ana)).toContainText('vai como imagem')
  await send(ana)
  await expect(bubble(ana, 'com legenda').getByRole('img', { name: /^Imagem: oi\.(png|jpg)$/ })).toBeVisible()
  await input(ana).setInputFiles({ name: 'ruído.png', mimeType: 'image/png', buffer: await noise(ana) })
  await expect(tray(ana)).toContainText('vai como imagem')
  await choice.check()
  await expect(tray(ana)).toContainText('detalhes demais para uma figurinha')
  await choice.uncheck()
  await expect(tray(ana)).toContainText('vai como imagem')
})

test('MS-1 a sticker that came is sent once more by one press, and forwarded it stays one', async ({ agent }) => {
  test.setTimeout(90_000)
  const ana = await agent('ana@prosa.example')
  const other = await serve(ana, 'Recebe depois')
  const { number, name } = await serve(ana, 'Manda figurinha')
  await inbound({ from: number, phone_number_id: salesNumber, type: 'sticker' })
  await expect(shown(ana)).toHaveCount(1)
  await ana.getByRole('button', { name: 'Anexar' }).click()
  await ana.getByRole('menuitem', { name: 'Figurinha' }).click()
  const dialog = ana.getByRole('dialog', { name: 'Figurinhas' })
  const first = dialog.getByRole('button', { name: 'Enviar figurinha 1', exact: true })
  await expect(first).toBeVisible()
  await expect.poll(() => first.locator('img').evaluate(img => (img as HTMLImageElement).naturalWidth)).toBe(512)
  await expectAccessible(ana, 'dialog[open]')
  await shot(ana, 'sticker-dialog')
  await first.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(shown(ana)).toHaveCount(2)
  await expect.poll(() => got(number)).toEqual(['sticker'])
  await shot(ana, 'sticker-sent')

  await shown(ana).first().hover()
  await ana.getByRole('button', { name: 'Encaminhar', exact: true }).click()
  const forward = ana.getByRole('dialog', { name: 'Encaminhar para' })
  await forward.getByRole('searchbox').fill(other.name)
  await forward.getByRole('checkbox', { name: new RegExp(other.name) }).click()
  await forward.getByRole('button', { name: 'Encaminhar (1)' }).click()
  await expect.poll(() => got(other.number)).toEqual(['sticker'])
  await showTab(ana, 'Meus')
  await openRow(ana, other.name)
  await expect(shown(ana)).toHaveCount(1)
  await expect(row(ana, name)).toContainText('Figurinha')

  // On a phone, in the dark.
  await ana.setViewportSize({ width: 390, height: 844 })
  await ana.emulateMedia({ colorScheme: 'dark' })
  await ana.getByRole('button', { name: 'Anexar' }).click()
  await ana.getByRole('menuitem', { name: 'Figurinha' }).click()
  await expect(first).toBeVisible()
  await expectAccessible(ana, 'dialog[open]')
  await shot(ana, 'sticker-phone')
})
