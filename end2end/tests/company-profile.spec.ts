// What contacts see of the company on WhatsApp: read from Meta, changed there, and kept on screen when Meta refuses.
import { expect, expectAccessible, sim, test, type Page } from '../support/fixtures'
import { open, salesNumber } from '../support/inbox'

// The browser's own words for what the server refuses.
test.use({ allowedErrors: [/status of (409 \(Conflict\)|503)/] })

/** A square logo as a PNG, drawn by the browser. */
async function logo(page: Page): Promise<Buffer> {
  return Buffer.from(await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 400, height: 400 })
    const pen = canvas.getContext('2d') as CanvasRenderingContext2D
    pen.fillStyle = 'teal'
    pen.fillRect(0, 0, 400, 400)
    const blob = await new Promise<Blob | null>(done => canvas.toBlob(done, 'image/png'))
    return [...new Uint8Array(await (blob as Blob).arrayBuffer())]
  }))
}

/** The profile as the simulator has it. */
async function atMeta(simulator: string): Promise<Record<string, unknown>> {
  const fields = 'about,address,description,email,profile_picture_url,websites,vertical'
  const answer = await fetch(`${simulator}/v25.0/${salesNumber}/whatsapp_business_profile?fields=${fields}`, { headers: { authorization: 'Bearer demo-graph-token' } })
  return ((await answer.json()) as { data: [Record<string, unknown>] }).data[0]
}

test('PR-4 an admin changes the company profile at Meta, and a refusal keeps what was typed', async ({ agent, ownServers }) => {
  test.setTimeout(120_000)
  const { url, sim: meta } = await ownServers()
  const alice = await agent('admin@prosa.example', { baseURL: url })
  await open(alice, '/settings/channels')
  await alice.getByRole('link', { name: /WhatsApp Vendas/ }).click()
  const profile = alice.getByRole('region', { name: 'Perfil da empresa no WhatsApp' })
  const field = (name: string) => profile.locator(`[name="${name}"]`)
  const save = () => profile.getByRole('button', { name: 'Salvar' }).click()
  const saved = profile.getByText('Salvo', { exact: true })
  await profile.getByRole('button', { name: 'Mostrar o perfil' }).click()
  await expect(field('about')).toHaveValue('Atendimento de segunda a sexta, das 8h às 18h')
  await expect(field('vertical')).toHaveValue('RETAIL')
  // The display name is told, with the way to another one.
  await expect(profile.getByText('Prosa Demo', { exact: true })).toBeVisible()
  await expect(profile).toContainText('passa por uma análise da Meta')
  await expectAccessible(alice, '.split-form')

  await field('address').fill('Rua Augusta, 1000')
  await field('vertical').selectOption({ label: 'Restaurante' })
  await field('website_2').fill('loja.example')
  await save()
  await expect(profile.getByText('Escreva o endereço inteiro')).toBeVisible()
  await field('website_2').fill('https://loja.example')
  await save()
  await expect(saved).toBeVisible()
  const about = 'Atendimento de segunda a sexta, das 8h às 18h'
  expect(await atMeta(meta)).toEqual({ messaging_product: 'whatsapp', about, address: 'Rua Augusta, 1000', websites: ['https://loja.example'], vertical: 'RESTAURANT' })

  // The photo goes the same way as others', and is seen as Meta shows it.
  await profile.locator('input[type=file]').setInputFiles({ name: 'logo.png', mimeType: 'image/png', buffer: await logo(alice) })
  const crop = alice.getByRole('dialog', { name: 'Ajustar a foto' })
  await crop.getByRole('button', { name: 'Usar esta foto' }).click()
  await expect(crop).toBeHidden()
  const photo = profile.locator('.avatar-photo')
  await expect(photo).toBeVisible()
  expect(await photo.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBe(256)
  expect((await atMeta(meta)).profile_picture_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v\/picture\/\d+$/)

  // A network that is away, then access that is over: what was typed stays.
  await field('about').fill('Aberto também aos sábados')
  await sim('POST', '/sim/faults', { path: 'whatsapp_business_profile', status: 503, count: 1 }, meta)
  await save()
  await expect(profile.getByText('Não foi possível falar com a Meta agora')).toBeVisible()
  await sim('POST', '/sim/faults', { path: 'whatsapp_business_profile', expired_token: true }, meta)
  await save()
  await expect(profile.getByText('A Meta recusou o acesso deste canal.')).toBeVisible()
  await expect(alice.getByText('Acesso expirado').first()).toBeVisible()
  await expect(field('about')).toHaveValue('Aberto também aos sábados')
  if (process.env.PROSA_SHOTS) await alice.screenshot({ path: `${process.env.PROSA_SHOTS}/company-profile.png` })
  await sim('DELETE', '/sim/faults', undefined, meta)
  await save()
  await expect(saved).toBeVisible()
  expect(await atMeta(meta)).toMatchObject({ about: 'Aberto também aos sábados', address: 'Rua Augusta, 1000' })

  // Another look finds it there, and the audit says who did it.
  await open(alice, new URL(alice.url()).pathname)
  await profile.getByRole('button', { name: 'Mostrar o perfil' }).click()
  await expect(field('about')).toHaveValue('Aberto também aos sábados')
  await expect(photo).toBeVisible()
  await open(alice, '/settings/audit')
  await expect(alice.getByText('Perfil da empresa em um canal alterado').first()).toBeVisible()

  // A website chat has no such part.
  await open(alice, '/settings/channels')
  await alice.locator('a.entry').filter({ hasText: 'Chat do site' }).first().click()
  await expect(alice.getByLabel('Título do chat')).toBeVisible()
  await expect(profile).toHaveCount(0)
})
