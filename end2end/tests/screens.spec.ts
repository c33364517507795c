// What holds on every screen: nobody is shut out, nothing scrolls sideways, nothing is said in one language only.
import { barriers, expect, inbound, newNumber, test, type Page } from '../support/fixtures'
import { row, salesNumber, showTab, tab, unique } from '../support/inbox'
import { forgotten, pages, said, same, screens } from '../support/screens'

// An invitation that is none says so, and so does the browser.
test.use({ allowedErrors: [/door\/see_invitation/] })

test('the list of screens is whole', () => {
  expect(forgotten()).toEqual([])
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on any screen, ${colorScheme}`, async ({ agent, newWindow }) => {
    test.setTimeout(180_000)
    const found: string[] = []
    const look = async (path: string, page: Page) => void found.push(...(await barriers(page)).map(each => `${path}: ${each}`))
    const nobody = await newWindow({ colorScheme })
    for (const path of pages) {
      await visit(nobody, path)
      await look(path, nobody)
    }
    const admin = await agent('admin@prosa.example', { colorScheme })
    for (const path of screens) {
      await settled(admin, path)
      await look(path, admin)
    }
    expect(found).toEqual([])
  })
}

test('on a phone no screen scrolls sideways', async ({ agent, newWindow }) => {
  test.setTimeout(150_000)
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true }
  const wide: string[] = []
  const measure = async (path: string, page: Page) => {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (over > 0) wide.push(`${path}: ${over} px`)
  }
  const nobody = await newWindow(phone)
  for (const path of pages) {
    await visit(nobody, path)
    await measure(path, nobody)
  }
  const admin = await agent('admin@prosa.example', phone)
  for (const path of screens) {
    await settled(admin, path)
    await measure(path, admin)
  }
  expect(wide).toEqual([])
})

// Each language is the others' pseudo-locale: what reads the same in all three stands in the code instead of the locale files.
test('nothing is said in one language only', async ({ agent, newWindow }) => {
  test.setTimeout(240_000)
  const name = unique('Poliglota')
  await inbound({ from: newNumber(), name, text: 'oi', phone_number_id: salesNumber })
  const languages = ['pt-BR', 'en', 'es'] as const
  const spoken = new Map<string, Map<string, string>>()
  const hear = async (language: string, path: string, page: Page) => {
    const texts = new Map((await said(page)).map(each => [each.text, each.where]))
    spoken.set(`${language} ${path}`, texts)
  }
  const first = await agent('admin@prosa.example')
  await showTab(first, 'Novos')
  const address = `/inbox/${(await row(first, name).getAttribute('id'))?.replace('row-', '')}`
  for (const locale of languages) {
    const nobody = await newWindow({ locale })
    for (const path of pages) {
      await visit(nobody, path)
      await hear(locale, path, nobody)
    }
    const admin = await agent('admin@prosa.example', { locale })
    for (const path of screens) {
      await settled(admin, path)
      await hear(locale, path, admin)
    }
    await settled(admin, address)
    await expect(admin.getByRole('log')).toBeVisible()
    await hear(locale, address, admin)
    await admin.getByRole('log').focus()
    for (const keys of ['?', 'Control+k']) {
      await admin.keyboard.press(keys)
      await expect(admin.locator('dialog[open]')).toBeVisible()
      await hear(locale, keys, admin)
      await admin.keyboard.press('Escape')
    }
  }
  const fixed: string[] = []
  for (const path of [...pages, ...screens, address, '?', 'Control+k']) {
    const [pt, en, es] = languages.map(language => spoken.get(`${language} ${path}`) as Map<string, string>)
    for (const [text, where] of pt as Map<string, string>) {
      if (en?.has(text) && es?.has(text) && !same.test(text)) fixed.push(`${path}: “${text}” at ${where}`)
    }
  }
  expect(fixed).toEqual([])
})

test('what stands in the code is heard', async ({ agent }) => {
  const admin = await agent('admin@prosa.example')
  await admin.evaluate(() => document.querySelector('main')?.append(Object.assign(document.createElement('p'), { textContent: 'Hard coded', title: 'Too hard' })))
  const heard = (await said(admin)).map(each => each.text)
  expect(heard).toContain('Hard coded')
  expect(heard).toContain('Too hard')
  await expect(tab(admin, 'Novos')).toBeVisible()
})

/** Loads a page, and waits until the client has drawn it, where it has one. */
async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await expect(page).toHaveTitle(/\S/)
  await expect(page.locator('.skeleton')).toHaveCount(0)
}

/** Goes to a screen, as a link does, and waits until what it fetches is there. */
async function settled(page: Page, path: string): Promise<void> {
  await page.evaluate(path => {
    const link = Object.assign(document.createElement('a'), { href: path })
    document.body.append(link)
    link.click()
    link.remove()
  }, path)
  await expect(page).toHaveURL(path)
  await expect(page.locator('main')).toBeVisible()
  await expect(page.locator('.skeleton')).toHaveCount(0)
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
}
