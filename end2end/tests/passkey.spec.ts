// Passkeys: made on the profile with a device that Chromium pretends to have, then signed in with. And what the sign-in page
// says when a company's provider let nobody in.
import { demoPassword, expect, expectAccessible, signIn, test, type Page } from '../support/fixtures'
import { open } from '../support/inbox'

// A key belongs to a name, never to an address: the page is opened under one that is this machine, too.
test.use({ allowedErrors: [/request to another host: (http|ws):\/\/localhost:|enter_with_passkey|save_sso/] })

/** A phone's chip: it holds keys, and its owner unlocks it. */
async function device(page: Page) {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true,
    },
  })
  const unlocks = (yes: boolean) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: yes })
  const answers = (yes: boolean) => cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: yes })
  const keys = async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials
  return { unlocks, answers, keys }
}

const card = (page: Page) => page.getByRole('region', { name: 'Chaves de acesso' })

test('AC-7 a passkey is made on the profile and opens without a name or a password', async ({ newWindow, ownServers }) => {
  const servers = await ownServers({ host: 'localhost' })
  const page = await newWindow({ baseURL: servers.url.replace('127.0.0.1', 'localhost') })
  const phone = await device(page)
  // What is offered beside the e-mail waits for its owner, so that the button is what opens here.
  await phone.answers(false)
  await signIn(page, 'ana@prosa.example')
  await open(page, '/profile')
  await expect(card(page).getByText('Você ainda não tem nenhuma.')).toBeVisible()
  await phone.answers(true)
  await card(page).getByRole('button', { name: 'Nova chave de acesso' }).click()
  const dialog = page.getByRole('dialog', { name: 'Nova chave de acesso' })
  await dialog.getByRole('button', { name: 'Criar' }).click()
  await expect(dialog.locator('.field-fault').filter({ hasText: /\S/ })).toBeVisible()
  await dialog.getByLabel('Nome').fill('Meu celular')
  await dialog.getByRole('button', { name: 'Criar' }).click()
  await expect(page.getByText('Chave de acesso criada.')).toBeVisible()
  await expect(card(page).getByText('Meu celular')).toBeVisible()
  await expect(card(page).getByText('nunca usada')).toBeVisible()
  expect(await phone.keys()).toHaveLength(1)
  await expectAccessible(page)

  // The same device makes no second one.
  await card(page).getByRole('button', { name: 'Nova chave de acesso' }).click()
  await dialog.getByLabel('Nome').fill('De novo')
  await dialog.getByRole('button', { name: 'Criar' }).click()
  await expect(dialog.getByRole('alert')).toBeVisible()
  await page.keyboard.press('Escape')

  await card(page).getByRole('button', { name: 'Mudar o nome de Meu celular' }).click()
  const naming = page.getByRole('dialog', { name: 'Mudar o nome' })
  await naming.getByLabel('Nome').fill('Celular da Ana')
  await naming.getByRole('button', { name: 'Guardar' }).click()
  await expect(card(page).getByText('Celular da Ana')).toBeVisible()

  await phone.answers(false)
  await page.context().clearCookies()
  await page.goto('/login?next=/profile')
  const enter = page.getByRole('button', { name: 'Entrar com chave de acesso' })
  await expect(enter).toBeVisible()
  await expectAccessible(page)
  await phone.answers(true)
  // What waits beside the e-mail may be quicker than the button.
  await enter.click({ timeout: 5_000 }).catch(() => undefined)
  await expect(page).toHaveURL(/\/profile$/)
  await expect(card(page).getByText('nunca usada')).toHaveCount(0)

  await card(page).getByRole('button', { name: 'Remover Celular da Ana' }).click()
  await page.getByRole('dialog', { name: 'Remover a chave de acesso?' }).getByRole('button', { name: 'Remover' }).click()
  await expect(page.getByText('Chave de acesso removida.')).toBeVisible()
  // The device still has it; here it opens nothing.
  await phone.answers(false)
  await page.context().clearCookies()
  await page.goto('/login')
  await expect(enter).toBeVisible()
  await phone.answers(true)
  // What waits beside the e-mail may be quicker than the button.
  await enter.click({ timeout: 5_000 }).catch(() => undefined)
  await expect(page.getByText('Esta chave de acesso não abre nenhuma conta aqui.')).toBeVisible()
  await expect(page).toHaveURL(/\/login/)
})

test('under an address without a name there are no passkeys, and the page says why', async ({ newWindow }) => {
  const page = await newWindow()
  await page.goto('/login')
  await expect(page.getByRole('button', { name: 'Entrar', exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Entrar com chave de acesso' })).toHaveCount(0)
  await signIn(page, 'bruno@prosa.example', demoPassword)
  await open(page, '/profile')
  await expect(card(page).getByRole('button', { name: 'Nova chave de acesso' })).toHaveAttribute('aria-disabled', 'true')
})

test('a sign-on that was refused says why on the sign-in page', async ({ newWindow }) => {
  const page = await newWindow()
  await page.goto('/sso/nobody?next=/inbox/1')
  await expect(page).toHaveURL(/\/login\?sso=off$/)
  await expect(page.getByRole('alert')).toHaveText('Esta conta não tem entrada pela empresa, ou ela está desligada.')
  await page.goto('/sso/callback?code=x&state=y')
  await expect(page.getByRole('alert')).toHaveText(/Comece de novo/)
  await expectAccessible(page)
})

test('AC-7 an admin sets the company’s provider; one that does not answer is not switched on', async ({ agent, ownServers }) => {
  const servers = await ownServers()
  const page = await agent('admin@prosa.example', { baseURL: servers.url })
  await open(page, '/settings/sso')
  await expect(page.locator('#f-callback')).toHaveText(`${servers.url}/sso/callback`)
  await page.getByLabel('Endereço do provedor (issuer)').fill('https://127.0.0.1')
  await page.getByLabel('Identificador do cliente (client ID)').fill('prosa')
  await page.getByLabel('Domínios de e-mail').fill('prosa.example')
  await page.getByRole('button', { name: 'Salvar' }).click()
  await expect(page.getByText('Salvo')).toBeVisible()
  await page.locator('input[name="enabled"]').check()
  await page.getByRole('button', { name: 'Salvar' }).click()
  await expect(page.locator('.field-fault').filter({ hasText: /\S/ })).toBeVisible()
  await page.reload()
  await expect(page.getByLabel('Endereço do provedor (issuer)')).toHaveValue('https://127.0.0.1')
})
