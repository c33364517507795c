// What customers send besides text: it is shown, and its files are for those only who may see the conversation.
import { expect, inbound, newNumber, test } from '../support/fixtures'
import { bubble, openRow, salesNumber, showTab, unique } from '../support/inbox'

test('MS-4 files arrive and are shown; their addresses open for those only who may see them', async ({ agent, newWindow }) => {
  const [ana, bruno] = [await agent('ana@prosa.example'), await agent('bruno@prosa.example')]
  const [number, name] = [newNumber(), unique('Fotógrafo')]
  const from = { from: number, phone_number_id: salesNumber }
  await inbound({ ...from, name, type: 'image', image: { caption: 'a vitrine', sample: 'foto.jpg' } })
  await showTab(ana, 'Novos')
  await openRow(ana, name)
  const picture = bubble(ana, 'a vitrine').getByRole('img', { name: /^Imagem/ })
  await expect(picture).toBeVisible()
  await expect.poll(() => picture.evaluate(img => (img as HTMLImageElement).naturalWidth)).toBeGreaterThan(10)

  await inbound({ ...from, type: 'voice' })
  await expect(ana.locator('audio[aria-label="Mensagem de voz"]')).toBeAttached()
  await inbound({ ...from, type: 'video' })
  const film = ana.locator('video[aria-label="Vídeo"]')
  await expect(film).toBeVisible()
  // Its box has the film's shape though nothing of it was fetched.
  expect(await film.evaluate(v => [v.getAttribute('width'), v.getAttribute('height'), (v as HTMLVideoElement).readyState])).toEqual(['256', '170', 0])
  const shape = await film.boundingBox()
  expect((shape?.width ?? 0) / (shape?.height ?? 1)).toBeCloseTo(256 / 170, 1)
  await inbound({ ...from, type: 'sticker' })
  const sticker = ana.getByRole('img', { name: 'Figurinha' })
  await expect(sticker).toBeVisible()
  await expect.poll(() => sticker.evaluate(img => (img as HTMLImageElement).naturalWidth)).toBeGreaterThan(10)
  await inbound({ ...from, type: 'document', document: { filename: 'orçamento.pdf', sample: 'comprovante.pdf' } })
  const card = ana.getByRole('link', { name: 'Baixar orçamento.pdf' }).first()
  await expect(card).toBeVisible()
  await inbound({ ...from, type: 'location', location: { latitude: -23.5614, longitude: -46.6559, name: 'Loja da Paulista', address: 'Avenida Paulista, 1578' } })
  await expect(bubble(ana, 'Loja da Paulista')).toBeVisible()
  await inbound({ ...from, type: 'uma_novidade' })
  await expect(bubble(ana, 'Mensagem que ainda não sabemos mostrar')).toBeVisible()

  const anonymous = await newWindow()
  for (const path of [await picture.getAttribute('src'), await card.getAttribute('href')]) {
    const mine = await ana.request.get(path as string)
    expect(mine.status()).toBe(200)
    expect(mine.headers()['x-content-type-options']).toBe('nosniff')
    expect(mine.headers()['content-security-policy']).toContain("default-src 'none'")
    expect((await ana.request.get(path as string, { headers: { range: 'bytes=0-9' } })).status()).toBe(206)
    expect((await bruno.request.get(path as string)).status(), 'another team').toBe(404)
    expect((await anonymous.request.get(path as string)).status(), 'nobody').toBe(401)
  }
})
