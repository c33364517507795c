// Service deadlines: an admin promises an answer, and the list says of itself when it is near and when it is missed.
import { expect, expectAccessible, inbound, newNumber, test } from '../support/fixtures'
import { assume, open, openRow, row, salesNumber, say, showTab, unique } from '../support/inbox'

test('NX-21 a first answer is promised, warned of and missed, and the filter finds it', async ({ agent, ownServers }) => {
  // The shortest promise is a minute.
  test.setTimeout(240_000)
  const { url, sim } = await ownServers()
  const alice = await agent('admin@prosa.example', { baseURL: url })
  const ana = await agent('ana@prosa.example', { baseURL: url })

  await open(alice, '/settings/sla')
  await expect(alice.getByText('Nenhum prazo')).toBeVisible()
  await alice.getByRole('link', { name: 'Novo prazo' }).click()
  await alice.getByLabel('Nome').fill('Resposta rápida')
  await alice.getByRole('switch', { name: 'Próximas respostas' }).uncheck()
  await alice.getByRole('switch', { name: 'Contar só o horário de atendimento' }).uncheck()
  await alice.locator('input[name="first_minutes"]').fill('0')
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice.locator('input[name="first_minutes"]')).toHaveAttribute('aria-invalid', 'true')
  await alice.locator('input[name="first_minutes"]').fill('1')
  await alice.locator('input[name="warn_value"]').fill('50')
  await alice.getByRole('button', { name: 'Salvar' }).click()
  await expect(alice.getByText('Prazo criado.')).toBeVisible()
  await expect(alice.getByRole('link', { name: /Resposta rápida/ })).toContainText('Primeira resposta: 1')
  await expectAccessible(alice)
  await alice.screenshot({ path: 'test-results/sla-settings.png', fullPage: true })

  const [number, name] = [newNumber(), unique('Apressada')]
  await open(ana)
  await showTab(ana, 'Novos')
  await inbound({ from: number, name, text: 'Quanto custa?', phone_number_id: salesNumber }, sim)
  await expect(row(ana, name)).toBeVisible()
  await expect(row(ana, name)).not.toContainText('Prazo')
  await openRow(ana, name)
  await assume(ana)
  const clocks = ana.getByRole('region', { name: 'Prazos' })
  await expect(clocks).toContainText('Primeira resposta')
  await expect(clocks).toContainText(/Faltam 1/)
  await showTab(ana, 'Meus')
  await expect(row(ana, name)).toContainText('Prazo perto do fim', { timeout: 60_000 })
  await expect(row(ana, name)).toContainText('Prazo estourado', { timeout: 60_000 })
  await expect(clocks).toContainText('Atrasado')
  await expectAccessible(ana, '.contact-panel')
  await ana.screenshot({ path: 'test-results/sla-breached.png' })

  // What is late is found, and what is not is not.
  await ana.getByRole('button', { name: /^Filtros/ }).click()
  await ana.getByRole('checkbox', { name: 'Estourados' }).check()
  await ana.keyboard.press('Escape')
  await expect(row(ana, name)).toBeVisible()
  await expect(ana.getByRole('listbox', { name: 'Lista de atendimentos' }).getByRole('option')).toHaveCount(1)

  // The answer ends it, on the spot.
  await say(ana, 'Já vejo.')
  await expect(clocks).toContainText(/Fora do prazo, em/)
  await ana.locator('.thread-actions').getByRole('button', { name: 'Mais ações' }).click()
  await ana.getByRole('menuitemradio', { name: 'Prioridade: Urgente' }).click()
  await expect(ana.locator('.thread-facts')).toContainText('Urgente')
  await expect(ana.locator('.thread-facts')).not.toContainText('Prazo estourado')

  // What the admin removes is promised no more; what was missed stays known.
  await alice.getByRole('button', { name: 'Remover' }).click()
  await alice.getByRole('dialog').getByRole('button', { name: 'Remover' }).click()
  await expect(alice.getByText('Prazo removido.')).toBeVisible()
  await expect(alice.getByText('Nenhum prazo')).toBeVisible()
})
