// What holds in every dialog and panel over the inbox: nobody is shut out, it fits a phone, and it is said in each language.
import { barriers, expect, inbound, test, type Page } from '../support/fixtures'
import { bubble, open, say, salesNumber, serve } from '../support/inbox'
import { said, same } from '../support/screens'
import { type Language, words } from '../support/words'

test.describe.configure({ timeout: 420_000 })

type Words = (key: string) => string

interface Over {
  name: string
  /** Brings it onto the screen. */
  show(page: Page, w: Words): Promise<void>
  /** Phones have their own. */
  desk?: true
  /** Where it is; a dialog or popover when not named. */
  at?: string
  /** Takes it away; Escape when not named. */
  hide?(page: Page, w: Words): Promise<void>
}

const top = 'dialog[open], :popover-open'
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const key = (keys: string) => async (page: Page) => {
  await page.getByRole('log').focus()
  for (const each of keys.split(' ')) await page.keyboard.press(each)
}
const panel = (name: string) => async (page: Page, w: Words) => page.locator('.contact-panel').getByRole('button', { name: w(name), exact: true }).click()
const panelTab = (name: string) => async (page: Page, w: Words) => page.locator('.contact-panel').getByRole('tab', { name: w(name) }).click()
const inMenu = (menu: string, item: string) => async (page: Page, w: Words) => {
  await button(page, w(menu)).first().click()
  await page.getByRole('menuitem', { name: w(item) }).click()
}
const onBubble = (text: string, tool: string) => async (page: Page, w: Words) => {
  await bubble(page, text).hover()
  await bubble(page, text).getByRole('button', { name: w(tool), exact: true }).first().click()
}
const several = (name: string) => async (page: Page, w: Words) => {
  await page.locator('.several').getByRole('button', { name: w(name), exact: true }).click()
}

const all: Over[] = [
  { name: 'transfer', show: key('t') },
  { name: 'conclude', show: key('e') },
  { name: 'snooze', show: key('s') },
  { name: 'preference', show: inMenu('inbox.thread.head.conclude_how', 'closing.menu.preference') },
  { name: 'menu of the conversation', show: async (page, w) => page.locator('.thread-actions').getByRole('button', { name: w('inbox.thread.head.more'), exact: true }).click() },
  { name: 'start', show: key('Shift+N') },
  { name: 'filter and views', show: key('f') },
  { name: 'palette', show: key('Control+k') },
  { name: 'shortcuts', show: key('?') },
  { name: 'edit contact', show: panel('contact.edit') },
  { name: 'photo', show: panel('photo.contact') },
  { name: 'merge contacts', show: panel('merge.open') },
  { name: 'block', show: panel('contact.block') },
  { name: 'ask to watch', show: panel('working.watch.ask') },
  { name: 'history', show: panelTab('contact.tab.history'), at: '.contact-panel', hide: panelTab('contact.tab.details') },
  { name: 'files', show: panelTab('contact.tab.files'), at: '.contact-panel', hide: panelTab('contact.tab.details') },
  { name: 'card', show: inMenu('file.attach', 'message.menu.contact') },
  { name: 'place', show: inMenu('file.attach', 'message.menu.location') },
  { name: 'question', show: inMenu('file.attach', 'message.menu.question') },
  { name: 'stickers', show: inMenu('file.attach', 'sticker.menu') },
  { name: 'message', show: onBubble('uma resposta', 'inbox.thread.bubble.info') },
  { name: 'forward', show: onBubble('uma resposta', 'file.forward') },
  { name: 'delete for me', show: onBubble('uma resposta', 'message.hide.act') },
  { name: 'react', show: onBubble('uma pergunta', 'file.react') },
  { name: 'edit note', show: onBubble('uma nota', 'inbox.thread.note.edit') },
  { name: 'delete note', show: onBubble('uma nota', 'inbox.thread.note.delete') },
  { name: 'lightbox', show: async page => page.getByRole('log').locator('a.bubble-image, .bubble a:has(img)').first().click() },
  { name: 'emoji', desk: true, show: async (page, w) => button(page, w('message.emoji.open')).first().click() },
  { name: 'bell', show: async page => page.locator('.rail-bell').click() },
  { name: 'me', show: async page => page.locator('.rail-account').click() },
  { name: 'away', show: key('y a') },
  {
    name: 'internal chat', at: '.talk', show: async page => {
      await key('g t')(page)
      await page.locator('.talk').getByRole('list').last().getByRole('button').first().click()
      await expect(page.locator('.talk textarea')).toBeVisible()
    },
    hide: async page => page.locator('.talk-dock-button').first().click(),
  },
  { name: 'several', at: '.several', show: async page => { await page.locator('.inbox-row[aria-selected]').first().focus(); await page.keyboard.press('x') }, hide: async () => undefined },
  { name: 'transfer several', show: several('working.select.transfer') },
  { name: 'conclude several', show: several('working.select.conclude') },
]

/** A conversation of the admin's with all that the dialogs need; answers its address. */
async function prepare(page: Page, sim: string): Promise<string> {
  await page.goto('/settings/features')
  await page.getByRole('switch', { name: 'Chat interno' }).or(page.getByRole('checkbox', { name: 'Chat interno' })).click()
  await expect(page.getByText('Chat interno: ligado')).toBeVisible()
  await open(page)
  const { number, name } = await serve(page, 'Diálogo', 'uma pergunta', sim)
  await inbound({ from: number, name, type: 'image', image: { caption: 'a foto' }, phone_number_id: salesNumber }, sim)
  await say(page, 'uma resposta')
  await page.getByRole('tab', { name: 'Nota' }).click()
  const note = page.getByRole('textbox', { name: 'Escreva uma nota que só a equipe vê' })
  await note.fill('uma nota')
  await note.press('Enter')
  for (const text of ['uma resposta', 'uma nota', 'a foto']) await expect(bubble(page, text)).toBeVisible()
  return new URL(page.url()).pathname
}

async function begin(page: Page, address: string): Promise<void> {
  await open(page, `${address}?tab=mine`)
  await expect(page.getByRole('log')).toBeVisible()
  await expect(page.locator('.contact-panel .facts').first()).toBeVisible()
}

/** Shows each in turn. */
async function through(page: Page, w: Words, look: (over: Over, where: string) => Promise<void>): Promise<void> {
  for (const over of all) {
    await test.step(over.name, async () => {
      await over.show(page, w)
      const where = over.at ?? top
      await expect(page.locator(where).last()).toBeVisible()
      await expect(page.locator(where).locator('.skeleton')).toHaveCount(0)
      await page.evaluate(() => Promise.all(document.getAnimations().map(each => each.finished.catch(() => undefined))))
      await look(over, where)
      if (over.hide) return over.hide(page, w)
      await page.keyboard.press('Escape')
      await expect(page.locator(top)).toHaveCount(0)
    })
  }
}

test('axe finds nothing in any dialog, in both themes and on a phone, and none scrolls sideways', async ({ agent, ownServers }) => {
  const { url, sim } = await ownServers()
  const admin = await agent('admin@prosa.example', { baseURL: url })
  const size = { width: 1366, height: 800 }
  await begin(admin, await prepare(admin, sim))
  const found: string[] = []
  await through(admin, words('pt-BR'), async ({ name, at, desk }, where) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await admin.emulateMedia({ colorScheme })
      found.push(...(await barriers(admin, where)).map(each => `${name}, ${colorScheme}: ${each}`))
    }
    if (process.env.PROSA_SHOTS) await admin.screenshot({ path: `${process.env.PROSA_SHOTS}/${name.replaceAll(' ', '-')}-dark.png` })
    // The panels are pages of their own there, with tests of their own.
    if (!at && !desk) {
      await admin.setViewportSize({ width: 390, height: 844 })
      await admin.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
      if (await admin.locator(where).last().isVisible()) {
        found.push(...(await barriers(admin, where)).map(each => `${name}, phone: ${each}`))
        const over = await admin.evaluate(where => {
          const wide = [...document.querySelectorAll(where)].filter(each => each.scrollWidth > each.clientWidth + 1 || each.getBoundingClientRect().right > innerWidth + 1)
          return wide.map(each => `${each.className} ${each.scrollWidth} px`)
        }, where)
        found.push(...over.map(each => `${name}, phone: scrolls sideways: ${each}`))
        if (process.env.PROSA_SHOTS) await admin.screenshot({ path: `${process.env.PROSA_SHOTS}/${name.replaceAll(' ', '-')}-phone.png` })
      }
      await admin.setViewportSize(size)
    }
    await admin.emulateMedia({ colorScheme: 'light' })
  })
  expect(found).toEqual([])
})

test('no dialog says anything in one language only', async ({ agent, ownServers }) => {
  const { url, sim } = await ownServers()
  const languages: Language[] = ['pt-BR', 'en', 'es']
  const spoken = new Map<string, Map<string, string>>()
  const address = await prepare(await agent('admin@prosa.example', { baseURL: url }), sim)
  for (const locale of languages) {
    const admin = await agent('admin@prosa.example', { baseURL: url, locale })
    await begin(admin, address)
    await through(admin, words(locale), async ({ name }) => {
      spoken.set(`${locale} ${name}`, new Map((await said(admin)).map(each => [each.text, each.where])))
    })
    await admin.context().close()
  }
  const fixed: string[] = []
  for (const { name } of all) {
    const [pt, en, es] = languages.map(language => spoken.get(`${language} ${name}`) as Map<string, string>)
    for (const [text, where] of pt as Map<string, string>) {
      if (en?.has(text) && es?.has(text) && !same.test(text)) fixed.push(`${name}: “${text}” at ${where}`)
    }
  }
  expect([...new Set(fixed)]).toEqual([])
})
