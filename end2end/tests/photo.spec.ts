// A contact's photo: chosen in the panel, seen by colleagues at once, and taken away.
import { expect, expectAccessible, inbound, newNumber, test, type Page } from '../support/fixtures'
import { open, openRow, row, salesNumber, showTab, unique } from '../support/inbox'

const panel = (page: Page) => page.getByRole('complementary', { name: 'Dados do contato' })
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name })

/** A PNG, drawn by the browser. */
async function drawn(page: Page, colour: string): Promise<Buffer> {
  return Buffer.from(await page.evaluate(async colour => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 300, height: 200 })
    const pen = canvas.getContext('2d') as CanvasRenderingContext2D
    pen.fillStyle = colour
    pen.fillRect(0, 0, 300, 200)
    const blob = await new Promise<Blob | null>(done => canvas.toBlob(done, 'image/png'))
    return [...new Uint8Array(await (blob as Blob).arrayBuffer())]
  }, colour))
}

test('PR-3 a contact gets a photo that colleagues see at once; without one there are initials', async ({ agent, newWindow }) => {
  test.setTimeout(90_000)
  const [ana, admin] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const name = unique('Retratada')
  await inbound({ from: newNumber(), name, text: 'bom dia', phone_number_id: salesNumber })
  for (const page of [ana, admin]) await showTab(page, 'Novos')
  await openRow(ana, name)
  await expect(row(admin, name)).toBeVisible()
  await expect(row(admin, name).locator('.avatar')).toHaveAttribute('data-initials', /^R/)

  await panel(ana).getByRole('button', { name: 'Foto do contato' }).click()
  const chooser = dialog(ana, 'Foto do contato')
  await expect(chooser).toContainText('aparece só para a sua equipe')
  await expectAccessible(ana, 'dialog[open]')
  const input = chooser.locator('input[type=file]')
  await input.setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('x') })
  await expect(ana.getByText('não é uma foto PNG, JPEG ou WebP')).toBeVisible()
  await input.setInputFiles({ name: 'cliente.png', mimeType: 'image/png', buffer: await drawn(ana, 'rebeccapurple') })
  const crop = dialog(ana, 'Ajustar a foto')
  const square = crop.getByRole('img', { name: 'Ajustar a foto' })
  await expect(square).toBeFocused()
  await square.press('ArrowLeft')
  await crop.getByRole('slider').fill('2')
  await expectAccessible(ana, 'dialog[open]')
  await crop.getByRole('button', { name: 'Usar esta foto' }).click()
  await expect(crop).toBeHidden()

  // In the list, in the head and in the panel; on the colleague's screen, too, without a reload.
  for (const place of [row(ana, name), panel(ana), ana.locator('.thread-who'), row(admin, name)]) {
    const photo = place.locator('.avatar-photo')
    await expect(photo).toBeVisible()
    expect(await photo.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(256)
  }
  const address = (await row(admin, name).locator('.avatar-photo').getAttribute('src')) as string
  const answer = await admin.request.get(address)
  expect(answer.headers()['cache-control']).toBe('private, max-age=31536000, immutable')
  expect((await (await newWindow()).request.get(address)).status(), 'nobody').toBe(401)

  // A photo that does not come, as the browser tells it, leaves the initials; the next page tries again.
  await row(admin, name).locator('.avatar-photo').dispatchEvent('error')
  await expect(row(admin, name).locator('.avatar-photo')).toHaveCount(0)
  await expect(row(admin, name).locator('.avatar')).toHaveAttribute('data-initials', /^R/)
  await open(admin, '/inbox?tab=new')
  await expect(row(admin, name).locator('.avatar-photo')).toBeVisible()
  // Whom to write to is seen, too.
  await admin.getByRole('textbox', { name: 'Buscar atendimentos' }).fill(name)
  await expect(admin.locator('button.inbox-row', { hasText: name }).locator('.avatar-photo')).toBeVisible()
  await open(admin, '/inbox?tab=new')

  if (process.env.PROSA_SHOTS) {
    await panel(ana).getByRole('button', { name: 'Foto do contato' }).click()
    await ana.screenshot({ path: `${process.env.PROSA_SHOTS}/photo-dialog.png` })
    await ana.keyboard.press('Escape')
    await ana.screenshot({ path: `${process.env.PROSA_SHOTS}/photo.png` })
    await ana.emulateMedia({ colorScheme: 'dark' })
    await ana.setViewportSize({ width: 390, height: 844 })
    await ana.screenshot({ path: `${process.env.PROSA_SHOTS}/photo-phone.png` })
    await ana.emulateMedia({ colorScheme: 'light' })
    await ana.setViewportSize({ width: 1280, height: 800 })
  }

  await panel(ana).getByRole('button', { name: 'Foto do contato' }).click()
  await chooser.getByRole('button', { name: 'Remover foto' }).click()
  await expect(chooser).toBeHidden()
  for (const place of [row(ana, name), panel(ana), ana.locator('.thread-who'), row(admin, name)]) {
    await expect(place.locator('.avatar-photo')).toHaveCount(0)
  }
  expect((await admin.request.get(address)).status()).toBe(404)
})
