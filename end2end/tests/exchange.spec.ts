// Sending a message on, and reacting to it.
import { expect, sent, test } from '../support/fixtures'
import { bubble, openRow, serve, showTab } from '../support/inbox'

const got = async (number: string) => (await sent()).filter(each => each.address === number).map(each => each.payload as Record<string, any>)

test('MS-1 a message is sent on to another conversation of mine', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const other = await serve(ana, 'Também quer saber')
  const { name } = await serve(ana, 'Contou primeiro', 'chegou a coleção nova')
  await showTab(ana, 'Meus')
  await openRow(ana, name)
  await bubble(ana, 'chegou a coleção nova').hover()
  await ana.getByRole('button', { name: 'Encaminhar', exact: true }).click()
  const dialog = ana.getByRole('dialog', { name: 'Encaminhar para' })
  await dialog.getByRole('searchbox').fill(other.name)
  await dialog.getByRole('checkbox', { name: new RegExp(other.name) }).click()
  await dialog.getByRole('button', { name: 'Encaminhar (1)' }).click()
  await expect(dialog).toBeHidden()
  await expect.poll(async () => (await got(other.number)).map(each => each.text?.body)).toEqual(['chegou a coleção nova'])
  await openRow(ana, other.name)
  await expect(bubble(ana, 'chegou a coleção nova')).toBeVisible()
})

test('MS-1 a reaction reaches the contact, colleagues see it, and it is taken back', async ({ agent }) => {
  const [ana, admin] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const { number, name } = await serve(ana, 'Agradece', 'muito obrigado!')
  await showTab(admin, 'Outros')
  await openRow(admin, name)
  const react = async (what: string) => {
    await bubble(ana, 'muito obrigado!').hover()
    await ana.getByRole('button', { name: 'Reagir', exact: true }).click()
    await ana.getByRole('button', { name: what }).click()
  }
  await react('Reagir com 👍')
  for (const page of [ana, admin]) await expect(bubble(page, 'muito obrigado!').getByRole('img', { name: 'A sua reação: 👍' })).toBeVisible()
  await expect.poll(async () => (await got(number)).map(each => each.reaction?.emoji)).toEqual(['👍'])
  await react('Tirar a reação 👍')
  for (const page of [ana, admin]) await expect(bubble(page, 'muito obrigado!').getByRole('img', { name: /A sua reação/ })).toHaveCount(0)
  await expect.poll(async () => (await got(number)).map(each => each.reaction?.emoji)).toEqual(['👍', ''])
})
