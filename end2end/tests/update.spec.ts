// A new version while one works: it is offered, and nothing that was typed is lost.
import type { WebSocketRoute } from '@playwright/test'
import { expect, test, type Page } from '../support/fixtures'
import { editor, serve, unique } from '../support/inbox'

test.describe.configure({ timeout: 180_000 })

const banner = (page: Page) => page.getByText('Há uma versão nova do Prosa')
const reload = (page: Page) => page.getByRole('button', { name: 'Recarregar' })

/** Stands between the page and the server's live connection; says another build in the first frame when it is told to. */
async function between(page: Page): Promise<(isNew: boolean) => Promise<void>> {
  let [isNew, line] = [false, undefined as WebSocketRoute | undefined]
  await page.routeWebSocket(/\/live/, route => {
    line = route
    const server = route.connectToServer()
    route.onMessage(message => server.send(message))
    server.onMessage(message => {
      const frame = JSON.parse(String(message)) as { frame: string; build?: string }
      route.send(isNew && frame.frame === 'hello' ? JSON.stringify({ ...frame, build: 'another' }) : message)
    })
  })
  return async told => {
    isNew = told
    // The page connects again by itself.
    await line?.close()
  }
}

test('a new version is loaded without losing a message, a note and an internal text', async ({ agent, ownServers }) => {
  const { url } = await ownServers()
  const admin = await agent('admin@prosa.example', { baseURL: url })
  await admin.goto('/settings/features')
  await admin.getByRole('switch', { name: 'Chat interno' }).or(admin.getByRole('checkbox', { name: 'Chat interno' })).click()
  await expect(admin.getByText('Chat interno: ligado')).toBeVisible()
  const sayNew = await between(admin)
  await admin.goto('/inbox?tab=mine')
  await admin.getByRole('listbox', { name: 'Lista de atendimentos' }).getByRole('option').first().click()
  const note = admin.getByRole('textbox', { name: 'Escreva uma nota que só a equipe vê' })
  const talk = admin.getByRole('textbox', { name: 'Escreva uma mensagem interna' })
  const [message, noted, told] = [unique('uma resposta longa'), unique('uma nota'), unique('um recado')]
  await editor(admin).fill(message)
  await admin.getByRole('tab', { name: 'Nota' }).click()
  await note.fill(noted)
  await admin.getByRole('button', { name: /Chat interno/ }).first().click()
  await admin.getByRole('list', { name: 'Colegas e equipes' }).getByRole('button').first().click()
  await talk.fill(told)

  await expect(banner(admin)).toBeHidden()
  await sayNew(true)
  await expect(banner(admin)).toBeVisible({ timeout: 30_000 })
  // It does not happen by itself, and not even a moment after the last key is lost.
  await talk.press('End')
  await talk.pressSequentially('!')
  await Promise.all([admin.waitForEvent('load'), reload(admin).click()])
  await expect(editor(admin).or(note)).toBeVisible()
  await admin.getByRole('tab', { name: 'Nota' }).click()
  await expect(note).toHaveValue(noted)
  await admin.getByRole('tab', { name: 'Mensagem' }).click()
  await expect(editor(admin)).toHaveValue(message)
  if (!(await talk.isVisible())) {
    if (!(await admin.getByRole('region', { name: 'Chat interno' }).isVisible())) await admin.getByRole('button', { name: /Chat interno/ }).first().click()
    await admin.getByRole('list', { name: 'Colegas e equipes' }).getByRole('button').first().click()
  }
  await expect(talk).toHaveValue(`${told}!`)
})

test('a form that is not saved is asked about before the new version is loaded', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const sayNew = await between(ana)
  await ana.goto('/replies/new')
  const name = ana.getByRole('textbox').first()
  await name.fill('frete')
  await sayNew(true)
  await expect(banner(ana)).toBeVisible({ timeout: 30_000 })
  const asked: string[] = []
  ana.on('dialog', dialog => {
    asked.push(dialog.type())
    void (asked.length === 1 ? dialog.dismiss() : dialog.accept())
  })
  await reload(ana).click()
  await expect.poll(() => asked).toEqual(['confirm'])
  await expect(name).toHaveValue('frete')
  // Once is enough: the browser does not ask again.
  await Promise.all([ana.waitForEvent('load'), reload(ana).click()])
  expect(asked).toEqual(['confirm', 'confirm'])
  await expect(name).toHaveValue('')
})

test('a contact that is being edited is asked about when the page is loaded again', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const { name } = await serve(ana, 'Editada')
  await ana.getByRole('complementary', { name: 'Dados do contato' }).getByRole('button', { name: 'Editar' }).click()
  const form = ana.getByRole('dialog', { name: 'Editar contato' })
  await form.getByRole('textbox', { name: 'Nome' }).fill(`${name} Reis`)
  const asked: string[] = []
  ana.on('dialog', dialog => {
    asked.push(dialog.type())
    void dialog.dismiss()
  })
  await ana.evaluate(() => { setTimeout(() => location.reload()) })
  await expect.poll(() => asked).toEqual(['beforeunload'])
  await expect(form.getByRole('textbox', { name: 'Nome' })).toHaveValue(`${name} Reis`)
})
