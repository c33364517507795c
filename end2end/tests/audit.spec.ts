// Who did what (NX-20), and finding settings by words.
import { readFileSync } from 'node:fs'
import { expect, expectAccessible, test } from '../support/fixtures'
import { open, unique } from '../support/inbox'

test('NX-20 an admin finds what was done, opens it, sees that more has come, and takes it as a table', async ({ agent, ownServers }) => {
  test.setTimeout(90_000)
  const { url } = await ownServers()
  const alice = await agent('admin@prosa.example', { baseURL: url })
  const tag = unique('=Etiqueta')
  await open(alice, '/settings/tags/new')
  await alice.locator('input[name="name"]').fill(tag)
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice.getByRole('link', { name: tag })).toBeVisible()

  await open(alice, '/settings/audit')
  const list = alice.getByRole('list', { name: 'Auditoria' })
  const line = list.getByRole('button', { name: new RegExp(`Etiqueta criada.*${tag}`) })
  await expect(line).toBeVisible()
  await alice.getByLabel('Assunto').selectOption({ label: 'Acesso' })
  await expect(line).toHaveCount(0)
  await expect(list.getByRole('button', { name: /^Entrou/ }).first()).toBeVisible()
  await alice.getByRole('button', { name: 'Limpar filtros' }).click()
  await line.click()
  const detail = alice.getByRole('dialog', { name: 'Etiqueta criada' })
  await expect(detail.getByText('127.0.0.1')).toBeVisible()
  await expectAccessible(alice, '.audit-detail')
  await detail.getByRole('button', { name: 'Ver tudo sobre isto' }).click()
  await expect(alice.getByText(`Só sobre ${tag}`)).toBeVisible()
  await expect(list.getByRole('button')).toHaveCount(1)
  await alice.getByRole('button', { name: 'Limpar filtros' }).click()

  // Somebody else signs in: the page says so, and stays as it is read.
  await agent('ana@prosa.example', { baseURL: url })
  await expect(alice.getByRole('button', { name: /linhas novas: mostrar/ })).toBeVisible({ timeout: 20_000 })

  const [download] = await Promise.all([alice.waitForEvent('download'), alice.getByRole('link', { name: 'Exportar CSV' }).click()])
  const table = readFileSync(await download.path(), 'utf8')
  expect(table).toContain('tag.add')
  expect(table).not.toMatch(/(^|,)"?=/m)
  await alice.reload()
  await expect(list.getByRole('button', { name: /Auditoria exportada/ })).toBeVisible()
})

test('settings are found by other words, without accents, by keys, and are marked', async ({ agent }) => {
  const alice = await agent('admin@prosa.example')
  await open(alice, '/settings/members')
  const find = alice.getByRole('combobox', { name: 'Buscar nas configurações' })
  await find.fill('expediente')
  await expect(alice.getByRole('option', { name: 'Horário' })).toBeVisible()
  await find.fill('fuso horario')
  await expect(alice.getByRole('option', { name: /^Fuso horário/ })).toBeVisible()
  await find.press('ArrowDown')
  await find.press('Enter')
  await expect(alice).toHaveURL(/\/settings\/account\?at=time_zone$/)
  await expect(alice.locator('[name="time_zone"]')).toBeFocused()
  await find.fill('nadaqueexista')
  await expect(alice.getByText('Nada encontrado para “nadaqueexista”')).toBeVisible()
  await find.press('Escape')
  await alice.keyboard.press('Control+k')
  await alice.keyboard.type('rodizio')
  await alice.keyboard.press('Enter')
  await expect(alice).toHaveURL(/\/settings\/(teams|features)/)
})
