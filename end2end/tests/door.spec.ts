// Coming in: invitations, codes, the second factor, documents, new passwords.
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { demoPassword, expect, expectAccessible, signIn, test, type Page } from '../support/fixtures'
import { open } from '../support/inbox'
import { codeOf, letter, linkOf } from '../support/mail'

const ana = 'ana@prosa.example'

/** The figures that an authenticator app shows now. */
function figures(secret: string): string {
  const bits = [...secret.replaceAll(' ', '')].map(c => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map(byte => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const hash = createHmac('sha1', key).update(counter).digest()
  const at = (hash[19] as number) & 15
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** Puts a second factor in force where its picture is shown; answers what was typed and the recovery codes. */
async function setUp(page: Page): Promise<{ used: string; codes: string[] }> {
  await expect(page.getByRole('img', { name: 'Imagem para o aplicativo de autenticação' })).toBeVisible()
  const secret = (await page.locator('#f-secret').innerText()).trim()
  const used = figures(secret)
  await page.getByLabel('Código do aplicativo').fill(used)
  await page.getByRole('button', { name: 'Ativar', exact: true }).click()
  const codes = (await page.locator('#f-recovery').innerText()).trim().split(/\s+/)
  expect(codes).toHaveLength(10)
  await page.getByRole('button', { name: 'Já guardei' }).click()
  return { used, codes }
}

test.describe('invited', () => {
  test.use({ allowedErrors: [/door\/see_invitation/] })

  test('US-1 US-2 US-3 somebody is invited by e-mail, joins once, and is a member', async ({ agent, newWindow, ownServers }) => {
    const { url, data } = await ownServers()
    const alice = await agent('admin@prosa.example', { baseURL: url })
    await open(alice, '/settings/invitations')
    await alice.getByLabel('E-mail').fill('nina@prosa.example')
    await alice.getByRole('button', { name: 'Enviar convite' }).click()
    await expect(alice.getByText('Convite para nina@prosa.example pronto.')).toBeVisible()
    await expect(alice.getByRole('listitem').filter({ hasText: 'nina@prosa.example' })).toContainText('Convidado')
    await expectAccessible(alice)
    const link = linkOf(await letter(data, 'nina@prosa.example', 'convidou você'))
    const nina = await newWindow({ baseURL: url })
    await nina.goto(link)
    await expect(nina.getByText('nina@prosa.example')).toBeVisible()
    await expectAccessible(nina)
    await nina.getByRole('button', { name: 'Aceitar o convite' }).click()
    await expect(nina.getByText('Preencha este campo.').first()).toBeVisible()
    await nina.getByLabel('Seu nome').fill('Nina Nova')
    await nina.getByLabel('Seu WhatsApp').fill('11 98888-7777')
    await nina.getByLabel('Senha', { exact: true }).fill('uma senha comprida')
    await nina.getByRole('button', { name: 'Aceitar o convite' }).click()
    await expect(nina).toHaveURL(/\/inbox/)
    await expect(nina.getByRole('button', { name: /Nina Nova em/ })).toBeVisible()
    const late = await newWindow({ baseURL: url })
    await late.goto(link)
    await expect(late.getByRole('alert')).toContainText('Este convite já foi usado')
    await open(alice, '/settings/invitations')
    await expect(alice.getByText('Ninguém foi convidado agora.')).toBeVisible()
    await open(alice, '/settings/members')
    await expect(alice.getByRole('link', { name: /Nina Nova/ })).toBeVisible()
  })
})

test.describe('by code', () => {
  test.use({ allowedErrors: [/door\/sign_in_by_code/] })

  test('AC-1 AC-2 a code to the e-mail signs in, a wrong one says little and keeps what was typed', async ({ newWindow, ownServers }) => {
    const { url, data } = await ownServers()
    const page = await newWindow({ baseURL: url })
    await page.goto('/login')
    await page.getByRole('button', { name: 'Entrar com um código' }).click()
    await page.getByLabel('Seu e-mail').fill(ana)
    await page.getByRole('button', { name: 'Enviar código' }).click()
    await expect(page.getByText('Se este endereço for de alguém daqui')).toBeVisible()
    const code = codeOf(await letter(data, ana, 'código para entrar'))
    await page.getByLabel('Código de 6 dígitos').fill(code === '000000' ? '000001' : '000000')
    await page.getByRole('button', { name: 'Entrar', exact: true }).click()
    await expect(page.getByText('Este código não vale. Confira, ou peça outro.')).toBeVisible()
    await expect(page.getByLabel('Seu e-mail')).toHaveValue(ana)
    await expectAccessible(page)
    await page.getByLabel('Código de 6 dígitos').fill(code)
    await page.getByRole('button', { name: 'Entrar', exact: true }).click()
    await expect(page).toHaveURL(/\/inbox/)
  })
})

test('AC-2 a forgotten password is replaced by a link that opens once', async ({ newWindow, ownServers }) => {
  const { url, data } = await ownServers()
  const page = await newWindow({ baseURL: url })
  await page.goto('/login')
  await page.getByRole('link', { name: 'Esqueci a senha' }).click()
  await expect(page).toHaveURL(/\/reset$/)
  await page.getByLabel('E-mail').fill(ana)
  await page.getByRole('button', { name: 'Enviar link' }).click()
  await expect(page.getByText('o link já foi')).toBeVisible()
  const link = linkOf(await letter(data, ana, 'nova senha'))
  await page.goto(link)
  await page.getByLabel('Nova senha', { exact: true }).fill('outra senha comprida')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Trocar a senha' }).click()
  await expect(page).toHaveURL(/\/login/)
  await signIn(page, ana, 'outra senha comprida')
  const again = await newWindow({ baseURL: url })
  await again.goto(link)
  await expect(again.getByRole('alert')).toContainText('Este link já foi usado')
})

test.describe('with a second factor', () => {
  test.use({ allowedErrors: [/auth\/sign_in|door\/second_factor|door\/save_door_rules|401/] })

  test('AC-7 a second factor is set up, asked for, demanded of all, and taken away by an admin', async ({ newWindow, ownServers }) => {
    test.setTimeout(120_000)
    const { url, data } = await ownServers()
    const page = await newWindow({ baseURL: url })
    await signIn(page, 'admin@prosa.example')
    await open(page, '/settings/invitations')
    await page.getByRole('switch', { name: 'Exigir segundo fator de todos' }).click()
    const rules = page.locator('form', { has: page.getByRole('switch', { name: 'Exigir segundo fator de todos' }) })
    await rules.getByRole('button', { name: 'Salvar' }).click()
    await expect(rules.getByRole('alert')).toContainText('Configure antes o seu próprio segundo fator')
    page.on('dialog', dialog => void dialog.accept())
    await open(page, '/profile')
    await page.getByRole('button', { name: 'Configurar', exact: true }).click()
    const { used, codes } = await setUp(page)
    await expect(page.locator('#security')).toContainText('Códigos de recuperação restantes: 10')
    await expectAccessible(page, '#security')

    const other = await newWindow({ baseURL: url })
    await other.goto('/login')
    await other.locator('input[name="email"]').fill('admin@prosa.example')
    await other.locator('input[name="password"]').fill(demoPassword)
    await other.getByRole('button', { name: 'Entrar', exact: true }).click()
    const factor = other.getByLabel('Código do seu aplicativo')
    // What confirmed it does not count again.
    await factor.fill(used)
    await other.getByRole('button', { name: 'Entrar', exact: true }).click()
    await expect(other.getByText('Este código não vale.')).toBeVisible()
    await expectAccessible(other)
    await factor.fill(codes[0] as string)
    await other.getByRole('button', { name: 'Entrar', exact: true }).click()
    await expect(other).toHaveURL(/\/inbox/)

    await open(page, '/settings/invitations')
    await page.getByRole('switch', { name: 'Exigir segundo fator de todos' }).click()
    await rules.getByRole('button', { name: 'Salvar' }).click()
    await expect(rules.getByText('Salvo', { exact: true })).toBeVisible()
    const held = await newWindow({ baseURL: url })
    await signIn(held, ana)
    await expect(held).toHaveURL(/\/welcome/)
    await held.goto('/inbox')
    await expect(held).toHaveURL(/\/welcome/)
    await expect(held.getByText('Esta conta pede um segundo fator de todos.')).toBeVisible()
    await expectAccessible(held)
    await setUp(held)
    await expect(held).toHaveURL(/\/inbox/)

    await open(page, '/settings/members')
    await page.getByRole('link', { name: /Ana/ }).first().click()
    await page.getByRole('button', { name: 'Remover segundo fator' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remover segundo fator' }).click()
    await expect(page.getByText('Segundo fator removido.')).toBeVisible()
    await letter(data, ana, 'removeu o seu segundo fator')
    await signIn(held, ana)
    await expect(held).toHaveURL(/\/welcome/)
  })
})

test('AC-3 the first access asks for the documents and one more code', async ({ newWindow, ownServers }) => {
  const env = { PROSA_TERMS_VERSION: '2026-11', PROSA_TERMS_URL: 'http://127.0.0.1/terms', PROSA_PRIVACY_URL: 'http://127.0.0.1/privacy' }
  const { url, data } = await ownServers({ env })
  const page = await newWindow({ baseURL: url })
  await signIn(page, ana)
  await expect(page).toHaveURL(/\/welcome/)
  await expect(page.getByRole('link', { name: 'Termos de uso' })).toHaveAttribute('href', env.PROSA_TERMS_URL)
  await page.getByLabel('Li e aceito os dois documentos').check()
  await page.getByRole('button', { name: 'Continuar' }).click()
  const code = codeOf(await letter(data, ana, 'primeiro acesso'))
  await page.getByLabel('Código de 6 dígitos').fill(code)
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Continuar' }).click()
  await expect(page).toHaveURL(/\/inbox/)
})

test('CF-2 the documents stand on a page for everybody, and an admin downloads who accepted them', async ({ newWindow, ownServers }) => {
  const env = {
    PROSA_TERMS_VERSION: '2026-11', PROSA_TERMS_DATE: '2026-11-01',
    PROSA_TERMS_URL: 'http://127.0.0.1/terms', PROSA_PRIVACY_URL: 'http://127.0.0.1/privacy',
  }
  const { url, data } = await ownServers({ env })
  const page = await newWindow({ baseURL: url })
  await page.goto('/login')
  await page.getByRole('link', { name: 'Termos de uso e aviso de privacidade' }).click()
  await expect(page).toHaveURL(/\/terms$/)
  await expect(page.getByText('Versão 2026-11, de 01/11/2026')).toBeVisible()
  await expect(page.getByRole('link', { name: 'Termos de uso', exact: true })).toHaveAttribute('href', env.PROSA_TERMS_URL)
  await expect(page.getByRole('link', { name: 'Aviso de privacidade', exact: true })).toHaveAttribute('href', env.PROSA_PRIVACY_URL)
  await expectAccessible(page)
  const admin = 'admin@prosa.example'
  await signIn(page, admin)
  await page.getByLabel('Li e aceito os dois documentos').check()
  await page.getByRole('button', { name: 'Continuar' }).click()
  await page.getByLabel('Código de 6 dígitos').fill(codeOf(await letter(data, admin, 'primeiro acesso')))
  await page.getByRole('button', { name: 'Continuar' }).click()
  await expect(page).toHaveURL(/\/inbox/)
  await open(page, '/settings/company')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Baixar os aceites (CSV)' }).click()])
  expect(file.suggestedFilename()).toBe('terms.csv')
  const rows = readFileSync(await file.path(), 'utf8').trim().split('\r\n')
  expect(rows).toHaveLength(2)
  expect(rows[1]).toMatch(/^Alice Andrade,admin@prosa\.example,\d+,yes,2026-11,2026-11-01,\d{4}-.*Z,127\.0\.0\.1$/)
})
