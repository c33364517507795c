// Voice messages: recorded in the browser, listened to, kept through leaving and reloading, sent as WhatsApp wants them.
import { expect, type Page, sent, test } from '../support/fixtures'
import { editor, open, openRow, row, serve, showTab } from '../support/inbox'

const mic = (page: Page) => page.getByRole('button', { name: 'Gravar mensagem de voz' })
const recording = (page: Page) => page.getByRole('timer', { name: /^Gravando/ })
const tray = (page: Page) => page.getByRole('list', { name: 'Arquivos anexados' }).getByRole('listitem')
const voices = async (number: string) => (await sent()).filter(each => each.address === number).map(each => each.payload as Record<string, any>)

test('AUD-1 AUD-2 a voice message is recorded, listened to and sent as Ogg Opus with one channel', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  await ana.context().grantPermissions(['microphone'])
  const { number } = await serve(ana, 'Prefere ouvir')
  await mic(ana).click()
  await expect(recording(ana)).toBeVisible()
  await expect(recording(ana)).toHaveText('0:02')
  await ana.getByRole('button', { name: 'Parar' }).click()
  await expect(tray(ana)).toContainText('vai como mensagem de voz')
  // It can be listened to before it leaves.
  await expect(tray(ana).locator('audio')).toBeVisible()
  await ana.getByRole('button', { name: 'Enviar', exact: true }).click()
  await expect.poll(async () => (await voices(number)).map(each => [each.type, each.audio?.voice])).toEqual([['audio', true]])
  const player = ana.locator('audio[aria-label="Mensagem de voz"]')
  await expect(player).toBeAttached()
  const file = await ana.request.get(await player.getAttribute('src') as string)
  expect(file.headers()['content-type']).toBe('audio/ogg')
  const bytes = await file.body()
  const head = bytes.indexOf('OpusHead')
  expect(bytes.subarray(0, 4).toString()).toBe('OggS')
  expect(bytes[head + 9], 'channels').toBe(1)
  // AUD-3: the browser plays what we made.
  expect(await player.evaluate(async audio => {
    const it = audio as HTMLAudioElement
    it.muted = true
    await it.play()
    return it.duration > 1.5 && it.duration < 6
  })).toBe(true)
  await ana.getByRole('button', { name: 'Velocidade 1×' }).click()
  expect(await player.evaluate(audio => (audio as HTMLAudioElement).playbackRate)).toBe(1.5)
})

test('AUD-1 a recording survives leaving the conversation and a reload, and can be discarded', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  await ana.context().grantPermissions(['microphone'])
  const other = await serve(ana, 'Outra conversa')
  const { number, name } = await serve(ana, 'Interrompida')
  await showTab(ana, 'Meus')
  await mic(ana).click()
  await expect(recording(ana)).toHaveText('0:01')
  await openRow(ana, other.name)
  await expect(recording(ana)).toBeHidden()
  await expect(tray(ana)).toHaveCount(0)
  await openRow(ana, name)
  await expect(tray(ana)).toContainText('Mensagem de voz')
  await ana.getByRole('button', { name: 'Retirar Mensagem de voz' }).click()
  await expect(tray(ana)).toHaveCount(0)

  // The page goes in the middle of it: what was kept until then is there.
  await mic(ana).click()
  await expect(recording(ana)).toHaveText('0:03')
  await open(ana)
  await showTab(ana, 'Meus')
  await openRow(ana, name)
  await expect(tray(ana)).toContainText('vai como mensagem de voz')
  await ana.getByRole('button', { name: 'Enviar', exact: true }).click()
  await expect.poll(async () => (await voices(number)).map(each => each.type)).toEqual(['audio'])

  await mic(ana).click()
  await expect(recording(ana)).toBeVisible()
  await ana.getByRole('button', { name: 'Descartar gravação' }).click()
  await expect(mic(ana)).toBeVisible()
  await open(ana)
  await showTab(ana, 'Meus')
  await expect(row(ana, name)).toBeVisible()
  await openRow(ana, name)
  await expect(tray(ana)).toHaveCount(0)
})

test('without permission for the microphone a sentence says so, and the draft stays', async ({ agent }) => {
  const ana = await agent('ana@prosa.example', { permissions: [] })
  await serve(ana, 'Sem microfone')
  await mic(ana).click()
  await expect(ana.getByRole('alert').filter({ hasText: 'O microfone está bloqueado' })).toBeVisible()
  await editor(ana).fill('então escrevo')
  await expect(editor(ana)).toHaveValue('então escrevo')
})
