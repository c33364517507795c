// People, teams and channels are set up on screens, by admins only.
import { expect, signIn, test } from '../support/fixtures'
import { open, unique } from '../support/inbox'

test('an admin makes a team, a person in it and a chat; the person signs in and sees no settings', async ({ agent, newWindow }) => {
  test.setTimeout(60_000)
  const alice = await agent('admin@prosa.example')
  const [team, person] = [unique('Pós-venda'), unique('Davi')]
  await open(alice, '/settings/teams')
  await alice.getByRole('link', { name: 'Nova equipe' }).click()
  await alice.getByLabel('Nome da equipe').fill(team)
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice).toHaveURL(/\/settings\/teams\/\d+$/)
  await expect(alice.getByRole('link', { name: team })).toBeVisible()

  await alice.getByRole('link', { name: 'Pessoas' }).click()
  await alice.getByRole('link', { name: 'Nova pessoa' }).click()
  const email = `${person.toLowerCase().replace(/\W+/g, '.')}@prosa.example`
  await alice.locator('input[name="name"]').fill(person)
  await alice.locator('input[name="email"]').fill('sem-arroba')
  await alice.locator('input[name="password"]').fill('uma senha comprida')
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice.getByText('Isto não parece um e-mail.')).toBeVisible()
  await alice.locator('input[name="email"]').fill(email)
  await alice.getByRole('checkbox', { name: `${team}: atende` }).check()
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice.getByText(`${person} já pode entrar.`)).toBeVisible()

  await alice.getByRole('link', { name: 'Canais' }).click()
  await alice.getByRole('link', { name: 'Novo canal' }).click()
  await alice.getByRole('button', { name: /^Chat do site/ }).click()
  const chat = unique('Chat')
  await alice.getByLabel('Nome do canal').fill(chat)
  await alice.getByLabel('Equipe que recebe').selectOption({ label: team })
  await alice.getByLabel('Título do chat').fill('Fale conosco')
  await alice.getByLabel('Sites que podem mostrar o chat').fill('https://loja.example/pagina')
  await alice.getByRole('button', { name: 'Adicionar site' }).click()
  await expect(alice.getByText('https://loja.example', { exact: true })).toBeVisible()
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice.getByText('Canal criado.')).toBeVisible()
  await expect(alice.getByText(/<script async src=".*\/widget\.js" data-key="[^"]+"/)).toBeVisible()

  const davi = await newWindow()
  await signIn(davi, email, 'uma senha comprida')
  await open(davi)
  await expect(davi.getByRole('navigation', { name: 'Navegação principal' })).toBeVisible()
  await expect(davi.getByRole('link', { name: 'Configurações' })).toHaveCount(0)
  await davi.goto('/settings/members')
  await expect(davi.getByText('Só para quem administra')).toBeVisible()
  await expect(davi.getByText('admin@prosa.example')).toHaveCount(0)
})

test('settings that changed elsewhere appear in the inbox of others without a reload', async ({ agent, ownServers }) => {
  const { url } = await ownServers()
  const [alice, ana] = [await agent('admin@prosa.example', { baseURL: url }), await agent('ana@prosa.example', { baseURL: url })]
  await open(alice, '/settings/teams')
  await alice.getByRole('link', { name: /^Vendas/ }).click()
  await alice.getByLabel('Nome da equipe').fill('Loja física')
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await ana.getByRole('button', { name: 'Filtros' }).click()
  await expect(ana.getByRole('checkbox', { name: 'Loja física' })).toBeVisible()
})

test('a WhatsApp channel is tested against the network', async ({ agent }) => {
  const alice = await agent('admin@prosa.example')
  await open(alice, '/settings/channels')
  await alice.getByRole('link', { name: /WhatsApp Vendas/ }).click()
  await alice.getByRole('button', { name: 'Testar a conexão' }).click()
  await expect(alice.getByText(/^Funciona: a Meta respondeu como/)).toBeVisible()
  // Secrets are not shown again.
  await expect(alice.locator('input[name="access_token"]')).toHaveValue('')
  expect(await alice.content()).not.toContain('demo-graph-token')
})
