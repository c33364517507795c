// The first start, signing in and out, several accounts, and logins that are ended from elsewhere.
import { demoPassword, expect, signIn, test, type Page } from '../support/fixtures'
import { open, tab } from '../support/inbox'

const menu = (page: Page, name: string) => page.getByRole('button', { name })

test('the first start asks for the account and its admin, once', async ({ newWindow, ownServers }) => {
  const servers = await ownServers({ demo: false })
  const page = await newWindow({ baseURL: servers.url })
  await page.goto('/')
  await expect(page).toHaveURL(/\/setup$/)
  await expect(page.locator('input[name="time_zone"]')).toHaveValue('America/Sao_Paulo')
  await page.locator('input[name="account_name"]').fill('Padaria Central')
  await page.locator('input[name="name"]').fill('Rita Moura')
  await page.locator('input[name="email"]').fill('rita@padaria.example')
  await page.locator('input[name="password"]').fill('curta')
  await page.getByRole('button', { name: 'Criar a conta e entrar' }).click()
  await expect(page.getByText('Curto demais.')).toBeVisible()
  await page.locator('input[name="password"]').fill('pão quentinho às seis')
  await page.getByRole('button', { name: 'Criar a conta e entrar' }).click()
  await expect(page).toHaveURL(/\/inbox/)
  await expect(menu(page, 'Rita Moura em Padaria Central')).toBeVisible()

  const other = await newWindow({ baseURL: servers.url })
  await other.goto('/setup')
  await expect(other).toHaveURL(/\/login/)
  await signIn(other, 'rita@padaria.example', 'pão quentinho às seis')
  await expect(other).toHaveURL(/\/inbox/)
})

test.describe('refused', () => {
  test.use({ allowedErrors: [/api\/auth\/sign_in/] })

  test('AC-2 an unknown e-mail and a wrong password are answered alike, too many tries with a wait', async ({ newWindow, ownServers }) => {
    const servers = await ownServers()
    const page = await newWindow({ baseURL: servers.url })
    await page.goto('/login')
    const attempt = async (email: string, password: string) => {
      await page.locator('input[name="email"]').fill(email)
      await page.locator('input[name="password"]').fill(password)
      const answered = page.waitForResponse(/sign_in/)
      await page.getByRole('button', { name: 'Entrar', exact: true }).click()
      await answered
      await expect(page.getByRole('alert')).toBeVisible()
      return page.getByRole('alert').innerText()
    }
    const unknown = await attempt('ninguem@prosa.example', 'errada-errada')
    expect(await attempt('ana@prosa.example', 'errada-errada')).toBe(unknown)
    expect(unknown).toBe('E-mail ou senha incorretos.')
    let said = ''
    for (let n = 0; n < 8 && !/Espere/.test(said); n += 1) said = await attempt('ana@prosa.example', 'errada-errada')
    expect(said).toMatch(/^Tentativas demais\. Espere \d+ s\.$/)
    // The right password has to wait as well: nobody learns that it was right.
    const answer = await page.request.post('/api/app/api/auth/sign_in', { data: { email: 'ana@prosa.example', password: demoPassword } })
    expect(answer.ok()).toBe(false)
  })
})

test('AC-5 who signs in stands in the inbox, at what is new; the installed app opens there, too', async ({ newWindow }) => {
  const page = await newWindow()
  await signIn(page, 'ana@prosa.example')
  await expect(page).toHaveURL(/\/inbox(\?tab=new)?$/)
  await expect(tab(page, 'Novos')).toHaveAttribute('aria-selected', 'true')
  // So does the bare address, for who is signed in already.
  await open(page, '/')
  await expect(page).toHaveURL(/\/inbox(\?tab=new)?$/)
  await expect(tab(page, 'Novos')).toHaveAttribute('aria-selected', 'true')
  const manifest = await (await page.request.get('/manifest.webmanifest')).json() as { start_url: string; display: string }
  expect(manifest).toMatchObject({ start_url: '/inbox', display: 'standalone' })
})

test('AC-9 switches between accounts without signing in again, and no data crosses', async ({ newWindow }) => {
  const page = await newWindow()
  await signIn(page, 'admin@prosa.example')
  await menu(page, 'Alice Andrade em Loja Exemplo').click()
  await page.getByRole('menuitemradio', { name: 'Filial Norte' }).or(page.getByRole('menuitem', { name: 'Filial Norte' })).click()
  await expect(menu(page, 'Alice Andrade em Filial Norte')).toBeVisible()
  await expect(page.getByRole('listbox', { name: 'Lista de atendimentos' }).getByRole('option').first()).toBeVisible()
  await expect(page.getByText('Ana Souza')).toHaveCount(0)
  await menu(page, 'Alice Andrade em Filial Norte').click()
  await page.getByRole('menuitemradio', { name: 'Loja Exemplo' }).or(page.getByRole('menuitem', { name: 'Loja Exemplo' })).click()
  await expect(page.getByText('Ana Souza').first()).toBeVisible()
})

test.describe('signed out', () => {
  // What the page was asking for just then.
  test.use({ allowedErrors: [/status of 401/] })

  test('AC-4 signing out ends the login', async ({ newWindow }) => {
    const page = await newWindow()
    await signIn(page, 'carla@prosa.example')
    const cookies = await page.context().cookies()
    await menu(page, 'Carla Nogueira em Loja Exemplo').click()
    await page.getByRole('menuitem', { name: 'Sair' }).click()
    await expect(page).toHaveURL(/\/login/)
    await page.goto('/inbox')
    await expect(page).toHaveURL(/\/login/)
    // The old cookie is worth nothing.
    const thief = await newWindow()
    await thief.context().addCookies(cookies)
    await thief.goto('/inbox')
    await expect(thief).toHaveURL(/\/login/)
  })
})

test.describe('revoked', () => {
  test.use({ allowedErrors: [/status of 401|\/live/] })

  test('AC-4 ending another login ends that browser at once', async ({ newWindow, ownServers }) => {
    const servers = await ownServers()
    const [desk, phone] = [await newWindow({ baseURL: servers.url }), await newWindow({ baseURL: servers.url })]
    await signIn(desk, 'ana@prosa.example')
    await signIn(phone, 'ana@prosa.example')
    await open(phone, '/inbox')
    await open(desk, '/profile')
    await expect(desk.getByText('este acesso')).toHaveCount(1)
    await desk.getByRole('button', { name: /^Encerrar o acesso de/ }).click()
    await expect(desk.getByText('Acesso encerrado.')).toBeVisible()
    await expect(phone).toHaveURL(/\/login/)
    await expect(desk.getByRole('button', { name: /^Encerrar o acesso de/ })).toHaveCount(0)
  })
})
