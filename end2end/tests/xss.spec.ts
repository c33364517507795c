// Texts of customers and colleagues are texts: none of them runs, wherever it is shown.
import { expect, inbound, newNumber, test, type Page } from '../support/fixtures'
import { act, assume, bubble, open, openRow, row, salesNumber, say, showTab, unique } from '../support/inbox'

const evil = (mark: string) => `<img src=x onerror="window.ran='${mark}'"><script>window.ran='${mark}'</script>"'><svg onload=window.ran=1>{{7*7}}`

const clean = async (page: Page) => expect(await page.evaluate(() => (window as unknown as { ran?: unknown }).ran)).toBeUndefined()

test('markup in names, texts, notes, files, places and template values is shown as it was written', async ({ agent }) => {
  test.setTimeout(60_000)
  const ana = await agent('ana@prosa.example')
  const [number, tag] = [newNumber(), unique('xss')]
  const name = `${tag} <b onmouseover=window.ran=1>`
  const from = { from: number, phone_number_id: salesNumber }
  await inbound({ ...from, name, text: evil('text') })
  await showTab(ana, 'Novos')
  await expect(row(ana, name)).toContainText('<img src=x')
  await openRow(ana, name)
  await expect(bubble(ana, evil('text'))).toBeVisible()
  await inbound({ ...from, text: 'javascript:window.ran=1 https://a.example/"onclick="window.ran=1 *<i>negrito</i>*' })
  await expect(bubble(ana, '<i>negrito</i>')).toBeVisible()
  for (const link of await ana.getByRole('log').getByRole('link').all()) expect(await link.getAttribute('href')).not.toMatch(/^\s*javascript:/i)
  await inbound({ ...from, type: 'document', document: { filename: '"><img src=x onerror=window.ran=1>.pdf', sample: 'comprovante.pdf', caption: evil('caption') } })
  await expect(bubble(ana, evil('caption'))).toBeVisible()
  await inbound({ ...from, type: 'location', location: { latitude: 1, longitude: 2, name: evil('place'), address: '"><script>window.ran=1</script>' } })
  await expect(bubble(ana, evil('place'))).toBeVisible()
  await inbound({ ...from, type: 'contacts', contacts: [{ name: { formatted_name: evil('card'), first_name: 'x' }, phones: [{ phone: 'javascript:window.ran=1' }] }] })
  await expect(bubble(ana, evil('card'))).toBeVisible()

  await assume(ana)
  await say(ana, evil('answer'))
  await expect(bubble(ana, evil('answer'))).toBeVisible()
  await ana.getByRole('tab', { name: 'Nota' }).click()
  const note = ana.getByRole('textbox', { name: 'Escreva uma nota que só a equipe vê' })
  await note.fill(evil('note'))
  await note.press('Enter')
  await expect(bubble(ana, evil('note'))).toBeVisible()
  await clean(ana)

  // Everything again from the server, and in the search.
  await ana.reload()
  await expect(bubble(ana, evil('note'))).toBeVisible()
  await ana.getByRole('textbox', { name: 'Buscar atendimentos' }).fill(tag)
  await expect(ana.getByRole('region', { name: 'Resultados da busca' }).getByText(name).first()).toBeVisible()
  await clean(ana)
})

test('markup in a template value, a team and a closing message is shown as it was written', async ({ agent, ownServers }) => {
  test.setTimeout(60_000)
  const { url, sim } = await ownServers()
  const alice = await agent('admin@prosa.example', { baseURL: url })
  await open(alice, '/settings/teams/new')
  await alice.getByLabel('Nome da equipe').fill(`Equipe <img src=x onerror=window.ran=1>`)
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice.getByText('Equipe criada.')).toBeVisible()
  await expect(alice.getByRole('link', { name: /Equipe <img src=x/ })).toBeVisible()
  await open(alice, '/settings/account')
  await alice.getByLabel('Mensagem de encerramento').fill('Tchau, [NOME] <img src=x onerror=window.ran=1>')
  await alice.getByRole('button', { name: 'Salvar' }).first().click()
  await expect(alice.getByText('Salvo', { exact: true })).toBeVisible()
  await clean(alice)

  const [number, name] = [newNumber(), unique('Modelo')]
  await inbound({ from: number, name, text: 'velho', phone_number_id: salesNumber, timestamp: Math.floor(Date.now() / 1000) - 25 * 3600 }, sim)
  await open(alice)
  await showTab(alice, 'Novos')
  await openRow(alice, name)
  await act(alice, 'Iniciar').click()
  await alice.getByRole('button', { name: /lembrete pedido/ }).first().click()
  await alice.getByRole('textbox', { name: 'Texto: nome' }).fill('<img src=x onerror=window.ran=1>')
  await alice.getByRole('textbox', { name: 'Texto: pedido' }).fill('<b>1</b>')
  await alice.getByRole('button', { name: 'Enviar modelo' }).click()
  await expect(bubble(alice, 'Olá <img src=x onerror=window.ran=1>, o seu pedido <b>1</b> está pronto')).toBeVisible()
  await act(alice, 'Transferir').click()
  await expect(alice.getByRole('option', { name: /Equipe <img src=x/ })).toBeVisible()
  await clean(alice)
})

test('every page has a policy without inline scripts, and asks nobody else for anything', async ({ agent, newWindow }) => {
  const alice = await agent('admin@prosa.example')
  const nobody = await newWindow()
  for (const [page, path] of [[nobody, '/login'], [nobody, '/help'], [alice, '/inbox'], [alice, '/profile'], [alice, '/settings/account'], [alice, '/settings/channels']] as const) {
    const answer = await page.goto(path)
    const policy = answer?.headers()['content-security-policy'] ?? ''
    expect(policy, path).toContain("default-src 'none'")
    expect(policy, path).not.toMatch(/unsafe-inline|'unsafe-eval'/)
    expect(policy, path).toContain("frame-ancestors 'none'")
    // What the program sets on an element later, such as its height, is none of the policy's business.
    expect(await answer?.text(), `${path}: inline`).not.toMatch(/<[a-z][^<>]*\s(style|on\w+)\s*=/i)
    await page.waitForLoadState('load')
    expect(await page.locator('[onclick], [onerror]').count(), `${path}: inline`).toBe(0)
  }
})
