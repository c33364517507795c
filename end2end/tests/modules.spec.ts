// "Mais apps" (HP-3): what is off is on no screen; open pages follow; there is a way back.
import { expect, expectAccessible, test } from '../support/fixtures'
import { editor, open, serve } from '../support/inbox'

test('HP-3 an admin switches a part off and on; agents see it go and come', async ({ agent, ownServers }) => {
  test.setTimeout(90_000)
  const { url, sim } = await ownServers()
  const alice = await agent('admin@prosa.example', { baseURL: url })
  const ana = await agent('ana@prosa.example', { baseURL: url })
  await open(ana)
  await serve(ana, 'Cliente', 'bom dia', sim)
  await expect(editor(ana)).toBeVisible()

  await open(alice, '/settings/features')
  await expect(alice.getByRole('heading', { name: 'Mais apps' })).toBeVisible()
  await expectAccessible(alice)
  const replies = alice.getByRole('switch', { name: 'Respostas rápidas' })
  await expect(replies).toBeChecked()
  await replies.click()
  await expect(alice.getByText('Respostas rápidas: desligado')).toBeVisible()

  // Without a reload the way there is gone; the address says why.
  await ana.getByRole('button', { name: 'Mais ações' }).click()
  await expect(ana.getByRole('menuitem', { name: 'Respostas rápidas' })).toHaveCount(0)
  await ana.keyboard.press('Escape')
  await ana.goto('/replies')
  await expect(ana.getByText('Esta parte está desligada')).toBeVisible()

  await alice.getByRole('button', { name: 'Desfazer' }).click()
  await expect(replies).toBeChecked()
  await expect(ana.getByText('Esta parte está desligada')).toHaveCount(0)
  await expect(ana.getByRole('link', { name: 'Nova resposta' })).toBeVisible()

  await open(alice, '/settings/audit')
  await expect(alice.getByRole('list', { name: 'Auditoria' }).getByRole('button', { name: /App (ligado|desligado)/ })).toHaveCount(2)
})
