// Roles, and what is left when a person or a team goes (03, sections 3.2 to 3.6).
import { expect, signIn, test, type Page } from '../support/fixtures'
import { open, row, serve, showTab, unique } from '../support/inbox'

// What stays open, and what somebody else changed, is refused first.
test.use({ allowedErrors: [/status of 409 \(Conflict\)|\/live|status of 401/] })

const save = (page: Page) => page.getByRole('button', { name: 'Salvar', exact: true }).click()

/** A new person, and a window in which they are signed in. */
async function person(alice: Page, newWindow: () => Promise<Page>, name: string, role: string | RegExp, team: string): Promise<Page> {
  const email = `${name.toLowerCase().replace(/\W+/g, '.')}@prosa.example`
  await open(alice, '/settings/members/new')
  await alice.locator('input[name="name"]').fill(name)
  await alice.locator('input[name="email"]').fill(email)
  await alice.locator('input[name="password"]').fill('uma senha comprida')
  await alice.getByRole('radio', { name: role }).check()
  for (const other of await alice.getByRole('checkbox', { name: /: atende$/, checked: true }).all()) await other.uncheck()
  await alice.getByRole('checkbox', { name: `${team}: atende` }).check()
  await save(alice)
  await expect(alice.getByText(`${name} já pode entrar.`)).toBeVisible()
  const page = await newWindow()
  await signIn(page, email, 'uma senha comprida')
  await open(page)
  return page
}

test('ro_1: a role of the account is made, given, changed while its owner works, and replaced when it goes', async ({ agent, newWindow }) => {
  test.setTimeout(120_000)
  const alice = await agent('admin@prosa.example')
  const [role, name] = [unique('Auditoria'), unique('Rui')]
  await open(alice, '/settings/roles/new')
  await alice.getByLabel('Nome do papel').fill(role)
  await alice.getByRole('radio', { name: /^Todos/ }).check()
  await alice.getByRole('checkbox', { name: /^Etiquetas, campos e motivos/ }).check()
  await save(alice)
  await expect(alice.getByText('Papel criado.')).toBeVisible()
  await alice.screenshot({ path: 'test-results/roles-form.png', fullPage: true })
  const made = alice.url()

  const rui = await person(alice, newWindow, name, role, 'Suporte')
  await rui.getByRole('link', { name: 'Configurações' }).click()
  await expect(rui.getByRole('link', { name: 'Etiquetas' })).toBeVisible()
  await expect(rui.getByRole('link', { name: 'Canais' })).toHaveCount(0)
  await rui.goto('/settings/channels')
  await expect(rui.getByText('Esta parte não é para o seu papel')).toBeVisible()

  // What the role loses is gone from the open page.
  await alice.goto(made)
  await alice.getByRole('checkbox', { name: /^Etiquetas, campos e motivos/ }).uncheck()
  await save(alice)
  await expect(rui.getByRole('link', { name: 'Configurações' })).toHaveCount(0)
  await expect(rui.getByText('Só para quem administra')).toBeVisible()

  await alice.getByRole('button', { name: 'Excluir papel' }).click()
  const dialog = alice.getByRole('dialog')
  await expect(dialog.getByText('Pessoas com este papel: 1.')).toBeVisible()
  await dialog.getByLabel('Novo papel delas').selectOption({ label: 'Atendente restrito' })
  await dialog.getByRole('button', { name: 'Excluir papel' }).click()
  await expect(alice.getByText('Papel excluído.')).toBeVisible()
  await expect(rui.getByRole('button', { name: 'Nova conversa' })).toHaveCount(0)
})

test('us_4: who serves something leaves it to somebody, and their page ends at once', async ({ agent, newWindow }) => {
  test.setTimeout(120_000)
  const [alice, ana] = [await agent('admin@prosa.example'), await agent('ana@prosa.example')]
  const name = unique('Téo')
  const teo = await person(alice, newWindow, name, /^Atendente\s*Atende/, 'Vendas')
  const customer = await serve(teo, 'Fica com quem')
  await open(alice, '/settings/members')
  await alice.getByRole('link', { name }).click()
  await alice.getByRole('button', { name: 'Retirar o acesso' }).click()
  const dialog = alice.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Retirar o acesso' }).click()
  await expect(dialog.getByText('Atendimentos abertos: 1.')).toBeVisible()
  await dialog.getByRole('radio', { name: /^Vão para uma pessoa/ }).check()
  await dialog.getByLabel('Pessoa', { exact: true }).selectOption({ label: 'Ana Martins' })
  await alice.screenshot({ path: 'test-results/roles-leaving.png' })
  await dialog.getByRole('button', { name: 'Retirar o acesso' }).click()
  await expect(alice.getByText('Acesso retirado.')).toBeVisible()
  await expect(teo).toHaveURL(/\/login/)
  await showTab(ana, 'Meus')
  await expect(row(ana, customer.name)).toBeVisible()
})

test('te_4, te_2: a team goes with its open conversations, and two admins do not undo each other', async ({ agent, ownServers }) => {
  test.setTimeout(120_000)
  const { url } = await ownServers()
  const [alice, second] = [await agent('admin@prosa.example', { baseURL: url }), await agent('admin@prosa.example', { baseURL: url })]
  for (const page of [alice, second]) {
    await open(page, '/settings/teams')
    await page.getByRole('link', { name: /^Vendas/ }).click()
    await expect(page.getByLabel('Nome da equipe')).toHaveValue('Vendas')
  }
  await second.getByLabel('Nome da equipe').fill('Vendas técnico')
  await alice.getByRole('group', { name: 'Quem vê os atendimentos' }).getByRole('radio').nth(1).check()
  await save(alice)
  await expect(alice.getByRole('button', { name: 'Salvar', exact: true })).toHaveAttribute('aria-disabled', 'true')
  await save(second)
  await expect(second.getByText('Outra pessoa mudou isto')).toBeVisible()
  await expect(second.getByLabel('Nome da equipe')).toHaveValue('Vendas técnico')
  await second.getByRole('button', { name: 'Ver o que está salvo' }).click()
  await expect(second.getByLabel('Nome da equipe')).toHaveValue('Vendas')

  await alice.getByRole('button', { name: 'Excluir equipe' }).click()
  const dialog = alice.getByRole('dialog')
  await dialog.getByRole('button', { name: 'Excluir equipe' }).click()
  await expect(dialog.getByText(/Atendimentos abertos: \d+\./)).toBeVisible()
  await dialog.getByRole('radio', { name: /^Vão para outra equipe/ }).check()
  await dialog.getByLabel('Equipe', { exact: true }).selectOption({ label: 'Suporte' })
  await alice.screenshot({ path: 'test-results/roles-team.png' })
  await dialog.getByRole('button', { name: 'Excluir equipe' }).click()
  await expect(alice.getByText('Equipe excluída.')).toBeVisible()
  await expect(second.getByRole('link', { name: /^Vendas/ })).toHaveCount(0)
  // The default one cannot go.
  await alice.getByRole('link', { name: /^Suporte/ }).click()
  await expect(alice.getByRole('button', { name: 'Excluir equipe' })).toHaveAttribute('aria-disabled', 'true')
})
