// Notifications, the bell, and one's own profile.
import { expect, expectAccessible, inbound, newNumber, test, type Page } from '../support/fixtures'
import { assume, conclude, open, openRow, pane, salesNumber, unique } from '../support/inbox'

const bell = (page: Page) => page.getByRole('button', { name: /^Notificações/ })
const list = (page: Page) => page.getByRole('dialog', { name: /^Notificações/ })

test('NO-2 what happens elsewhere is under the bell until it was looked at', async ({ agent }) => {
  test.setTimeout(90_000)
  const ana = await agent('ana@prosa.example')
  const bruno = await agent('bruno@prosa.example')
  const [number, name] = [newNumber(), unique('Sino')]
  await open(ana, '/profile')
  await inbound({ from: number, name, text: 'alguém aí?', phone_number_id: salesNumber })
  await expect(bell(ana)).toHaveAccessibleName(/não lidas/)
  await bell(ana).click()
  const entry = list(ana).getByRole('link').filter({ hasText: name })
  await expect(entry).toContainText('Nova conversa na fila')
  await expectAccessible(ana, '.popover:popover-open')
  // Another team's agent hears nothing of it.
  await bell(bruno).click()
  await expect(list(bruno).getByRole('link').filter({ hasText: name })).toHaveCount(0)
  await entry.click()
  await expect(pane(ana, name)).toBeVisible()
  await assume(ana)
  await ana.goto('/profile')
  await inbound({ from: number, text: 'um', phone_number_id: salesNumber })
  await inbound({ from: number, text: 'dois', phone_number_id: salesNumber })
  await bell(ana).click()
  await expect(entry.filter({ hasText: 'Nova mensagem (2)' })).toContainText('dois')
  await list(ana).getByRole('button', { name: 'Marcar tudo como lido' }).click()
  await expect(bell(ana)).toHaveAccessibleName('Notificações')
  await ana.keyboard.press('Escape')
  await open(ana, '/inbox?tab=mine')
  await openRow(ana, name)
  await conclude(ana, { silent: true })
})

test.describe('with a permission', () => {
  // A private window has no push service, and says so.
  test.use({ allowedErrors: [/Push API in incognito mode/] })

  test('NO-1 NO-3 each kind is chosen, hours are quiet, and the trial tells its result', async ({ agent }) => {
    const ana = await agent('ana@prosa.example', { permissions: ['notifications'] })
    await open(ana, '/profile')
    const sound = ana.getByRole('checkbox', { name: 'Nova mensagem: Som' })
    await expect(sound).toBeChecked()
    const saved = ana.waitForResponse('**/alert/save_alert_settings')
    await sound.uncheck()
    expect((await saved).ok()).toBe(true)
    await ana.getByRole('switch', { name: /^Horário de silêncio/ }).check()
    const again = ana.waitForResponse('**/alert/save_alert_settings')
    await ana.getByLabel('Das').fill('21:30')
    await ana.getByLabel('Das').blur()
    expect((await again).ok()).toBe(true)
    await ana.reload()
    await expect(sound).not.toBeChecked()
    await expect(ana.getByLabel('Das')).toHaveValue('21:30')
    // This browser has no push service: it says so, and shows the note itself.
    await expect(ana.getByText('enquanto o Prosa está aberto')).toBeVisible()
    await ana.getByRole('button', { name: 'Enviar um aviso de teste' }).click()
    await expect(ana.getByText('Aviso exibido por esta aba')).toBeVisible()
    const shown = await ana.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(n => n.body))
    expect(shown).toEqual(['As notificações estão funcionando neste navegador.'])
    await expectAccessible(ana, '#alerts')
    await ana.getByRole('switch', { name: /^Horário de silêncio/ }).uncheck()
    await sound.check()
  })
})

test('NO-3 a blocked browser is helped, and one that was not asked is asked once', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const pretend = (permission: string) => ana.addInitScript(what => {
    Object.defineProperty(Notification, 'permission', { configurable: true, get: () => what })
  }, permission)
  await pretend('default')
  await open(ana)
  await expect(ana.getByText('Quer ser avisado de novas conversas')).toBeVisible()
  await ana.getByRole('button', { name: 'Agora não' }).click()
  await open(ana)
  await expect(ana.getByText('Quer ser avisado de novas conversas')).toHaveCount(0)
  await pretend('denied')
  await open(ana, '/profile')
  await expect(ana.getByText('O navegador está bloqueando as notificações.')).toBeVisible()
  await expect(ana.getByText('mude Notificações para Permitir')).toBeVisible()
})

test.describe('the profile', () => {
  // A form that is refused.
  test.use({ allowedErrors: [/status of 422/] })

  test('PR-1 PR-2 a person changes their name and photo, and colleagues see both at once', async ({ ownServers, agent }) => {
    test.setTimeout(90_000)
    const { url } = await ownServers()
    const [ana, alice] = [await agent('ana@prosa.example', { baseURL: url }), await agent('admin@prosa.example', { baseURL: url })]
    await open(alice, '/settings/members')
    await open(ana, '/profile')
    const name = unique('Ana Nova')
    await ana.getByLabel('Nome', { exact: true }).fill(name)
    // The page has more than one form.
    const save = ana.locator('form').filter({ has: ana.getByLabel('Nome', { exact: true }) }).getByRole('button', { name: 'Salvar' })
    await save.click()
    await expect(ana.getByRole('heading', { level: 1, name })).toBeVisible()
    await ana.getByLabel('E-mail').fill('ana.nova@prosa.example')
    await save.click()
    await expect(ana.getByText('Preencha este campo')).toBeVisible()
    await ana.getByLabel('E-mail').fill('ana@prosa.example')

    const file = await ana.evaluate(async () => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 300, height: 200 })
      const pen = canvas.getContext('2d') as CanvasRenderingContext2D
      pen.fillStyle = 'red'
      pen.fillRect(0, 0, 300, 200)
      const blob = await new Promise<Blob | null>(done => canvas.toBlob(done, 'image/png'))
      return [...new Uint8Array(await (blob as Blob).arrayBuffer())]
    })
    const input = ana.locator('input[type=file]')
    await input.setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('x') })
    await expect(ana.getByText('não é uma foto PNG, JPEG ou WebP')).toBeVisible()
    await input.setInputFiles({ name: 'eu.png', mimeType: 'image/png', buffer: Buffer.from(file) })
    const dialog = ana.getByRole('dialog', { name: 'Ajustar a foto' })
    await expect(dialog).toBeVisible()
    await dialog.getByRole('slider').fill('2')
    await dialog.getByRole('img', { name: 'Ajustar a foto' }).press('ArrowLeft')
    await expectAccessible(ana, 'dialog[open]')
    await dialog.getByRole('button', { name: 'Usar esta foto' }).click()
    await expect(dialog).toBeHidden()
    await expect(ana.locator('.profile-you .avatar-photo')).toBeVisible()
    // On the colleague's screen, without a reload.
    await expect(alice.getByRole('link', { name: new RegExp(name) })).toBeVisible()
    await expect(alice.locator('.entry', { hasText: name }).locator('.avatar-photo')).toBeVisible()
    const size = await alice.locator('.entry', { hasText: name }).locator('.avatar-photo').evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))
    expect(size).toBe(256)
    await ana.getByRole('button', { name: 'Remover foto' }).click()
    await expect(ana.locator('.profile-you .avatar-photo')).toHaveCount(0)
    await expect(alice.locator('.entry', { hasText: name }).locator('.avatar-photo')).toHaveCount(0)
  })
})
