// Finding, filtering, the keyboard, small screens, languages and accessibility.
import { barriers, expect, inbound, newNumber, test, type Page } from '../support/fixtures'
import { act, assume, bubble, editor, open, openRow, pane, row, salesNumber, say, showTab, tab, unique } from '../support/inbox'

test('finds by name, number in any form, protocol and text: only what one may see', async ({ agent }) => {
  const [ana, bruno] = [await agent('ana@prosa.example'), await agent('bruno@prosa.example')]
  const [number, name, word] = [newNumber(), unique('Ágata'), `pista${Math.random().toString(36).slice(2, 10)}`]
  await inbound({ from: number, name, text: `Procuro a ${word} azul`, phone_number_id: salesNumber })
  await showTab(ana, 'Novos')
  await openRow(ana, name)
  const protocol = /\d{8,}/.exec(await ana.getByRole('button', { name: /^Protocolo/ }).innerText())?.[0] as string
  const results = (page: typeof ana) => page.getByRole('region', { name: 'Resultados da busca' })
  const search = (page: typeof ana) => page.getByRole('textbox', { name: 'Buscar atendimentos' })
  const local = number.slice(2)
  for (const text of [name.replace('Á', 'a').toLowerCase(), `(${local.slice(0, 2)}) ${local.slice(2, 7)}-${local.slice(7)}`, protocol, word]) {
    await search(ana).fill(text)
    await expect(results(ana).getByText(name).first(), text).toBeVisible()
  }
  // Contacts are the whole account's; what they wrote to another team is not.
  await search(bruno).fill(name)
  await expect(results(bruno).getByRole('button', { name: `Começar conversa com ${name}` })).toBeVisible()
  await expect(results(bruno).getByRole('link')).toHaveCount(0)
  await search(bruno).fill(protocol)
  await expect(results(bruno).getByText(name)).toHaveCount(0)
  await expect(results(bruno).getByRole('link')).toHaveCount(0)
  await search(bruno).fill(word)
  await expect(results(bruno).getByText(`Nada encontrado para “${word}”`)).toBeVisible()
  await search(ana).press('Escape')
  await expect(results(ana)).toBeHidden()
})

test('AB-2 filters leave what fits, and say that something is hidden', async ({ agent }) => {
  const alice = await agent('admin@prosa.example')
  const name = unique('Filtrada')
  await inbound({ from: newNumber(), name, text: 'oi', phone_number_id: salesNumber })
  await showTab(alice, 'Novos')
  await expect(row(alice, name)).toBeVisible()
  await alice.getByRole('button', { name: 'Filtros' }).click()
  await alice.getByRole('checkbox', { name: 'Chat do site' }).check()
  await expect(row(alice, name)).toBeHidden()
  await alice.getByRole('checkbox', { name: 'WhatsApp Vendas' }).check()
  await expect(row(alice, name)).toBeVisible()
  await alice.getByRole('button', { name: 'Limpar', exact: true }).click()
  await expect(alice.getByRole('checkbox', { checked: true })).toHaveCount(0)
})

test('AB-9 the day goes by keyboard: search, walk, start, note, palette', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const name = unique('Teclado')
  await inbound({ from: newNumber(), name, text: 'sem mouse', phone_number_id: salesNumber })
  await showTab(ana, 'Novos')
  await expect(row(ana, name)).toBeVisible()
  await ana.keyboard.press('/')
  await expect(ana.getByRole('textbox', { name: 'Buscar atendimentos' })).toBeFocused()
  await ana.keyboard.type(name)
  await expect(ana.getByRole('region', { name: 'Resultados da busca' }).getByText(name).first()).toBeVisible()
  await ana.keyboard.press('Enter')
  await expect(pane(ana, name)).toBeVisible()
  await expect(act(ana, 'Iniciar')).toBeVisible()
  await ana.getByRole('log').focus()
  await ana.keyboard.press('i')
  await expect(editor(ana)).toBeFocused()
  await ana.keyboard.type('primeira linha')
  await ana.keyboard.press('Shift+Enter')
  await ana.keyboard.type('segunda linha')
  await ana.keyboard.press('Enter')
  await expect(bubble(ana, 'segunda linha').locator('.content-text')).toHaveText('primeira linha\nsegunda linha', { useInnerText: true })
  await ana.keyboard.press('Escape')
  await ana.keyboard.press('g')
  await ana.keyboard.press('o')
  await expect(tab(ana, 'Outros')).toHaveAttribute('aria-selected', 'true')
  await ana.keyboard.press('Control+k')
  await expect(ana.getByRole('combobox', { name: 'O que você quer fazer?' })).toBeFocused()
  const found = ana.getByRole('dialog').getByRole('option')
  await ana.keyboard.type('Cóncluid')
  await expect(found.first()).toContainText('Concluídos')
  await ana.keyboard.type('xyz')
  await expect(found).toHaveCount(0)
  for (let n = 0; n < 3; n += 1) await ana.keyboard.press('Backspace')
  await ana.keyboard.press('Enter')
  await expect(tab(ana, 'Concluídos')).toHaveAttribute('aria-selected', 'true')
  await ana.keyboard.press('Control+k')
  await ana.keyboard.press('Escape')
  await expect(ana.getByRole('combobox', { name: 'O que você quer fazer?' })).toBeHidden()
})

test('on a phone one pane is shown at a time, and nothing scrolls sideways', async ({ agent }) => {
  const ana = await agent('ana@prosa.example', { viewport: { width: 390, height: 844 }, hasTouch: true })
  const name = unique('Telefone')
  const sideways = () => ana.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  await inbound({ from: newNumber(), name, text: 'palavramuitocomprida'.repeat(12), phone_number_id: salesNumber })
  await showTab(ana, 'Novos')
  await expect(row(ana, name)).toBeVisible()
  expect(await sideways()).toBe(0)
  await openRow(ana, name)
  await expect(row(ana, name)).toBeHidden()
  expect(await sideways()).toBe(0)
  await act(ana, 'Iniciar').click()
  await sayByButton(ana, 'Respondo do telefone')
  await expect(bubble(ana, 'Respondo do telefone')).toBeVisible()
  expect(await sideways()).toBe(0)
  await ana.getByRole('link', { name: 'Voltar para a lista' }).click()
  await expect(row(ana, name)).toBeVisible()
})

/** On a finger's keyboard Enter breaks the line: the button sends. */
async function sayByButton(page: Page, text: string): Promise<void> {
  await editor(page).fill(text)
  await page.getByRole('button', { name: 'Enviar', exact: true }).click()
  await expect(editor(page)).toHaveValue('')
}

for (const [code, title, inbox] of [['en', 'Sign in', 'New'], ['es', 'Entrar', 'Nuevas'], ['pt-BR', 'Entrar', 'Novos']] as const) {
  test(`speaks the browser's language, and the one that is chosen: ${code}`, async ({ newWindow, agent }) => {
    const page = await newWindow({ locale: code })
    await page.goto('/login')
    await expect(page.locator('html')).toHaveAttribute('lang', new RegExp(`^${code}`))
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(title)
    const ana = await agent('ana@prosa.example', { locale: code })
    await expect(ana.getByRole('tab', { name: new RegExp(`^${inbox}`) })).toBeVisible()
  })
}

test('another language is chosen without a reload and stays', async ({ newWindow }) => {
  const page = await newWindow()
  await page.goto('/login')
  await expect(page.locator('input[name="email"]')).toBeFocused()
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in')
  await page.reload()
  // The focus tells that the program has taken over and its first effects have run.
  await expect(page.locator('input[name="email"]')).toBeFocused()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in')
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`every screen is accessible, ${colorScheme}`, async ({ agent, newWindow }) => {
    test.setTimeout(120_000)
    const found: string[] = []
    const look = async (screen: string, page: Page) => void found.push(...(await barriers(page)).map(each => `${screen}: ${each}`))
    const nobody = await newWindow({ colorScheme })
    for (const path of ['/login', '/help']) {
      await nobody.goto(path)
      await look(path, nobody)
    }
    const alice = await agent('admin@prosa.example', { colorScheme })
    const name = unique('Acessível')
    await inbound({ from: newNumber(), name, text: 'Veja https://loja.example *já*', phone_number_id: salesNumber })
    await showTab(alice, 'Novos')
    await openRow(alice, name)
    await look('waiting conversation', alice)
    await assume(alice)
    await say(alice, 'Olá!')
    await expect(bubble(alice, 'Olá!').getByText('Entregue', { exact: true })).toBeAttached()
    await look('served conversation', alice)
    await act(alice, 'Transferir').click()
    await expect(alice.getByRole('dialog', { name: 'Transferir atendimento' })).toBeVisible()
    await look('transfer', alice)
    await alice.keyboard.press('Escape')
    await alice.getByRole('button', { name: 'Nova conversa' }).click()
    await expect(alice.getByRole('dialog', { name: 'Nova conversa' })).toBeVisible()
    await look('start', alice)
    await alice.keyboard.press('Escape')
    for (const path of ['/profile', '/settings/account', '/settings/members/new', '/settings/teams/new', '/settings/channels']) {
      await open(alice, path)
      await look(path, alice)
    }
    expect(found).toEqual([])
  })
}
