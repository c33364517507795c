// Notes that change after they were written.
import { expect, sent, test } from '../support/fixtures'
import { bubble, open, openRow, row, serve, showTab } from '../support/inbox'

test('NT-3 NT-4 a note is changed and deleted, colleagues see it at once, and the contact never does', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const admin = await agent('admin@prosa.example')
  await open(ana)
  const { number, name } = await serve(ana, 'Com nota')
  await ana.getByRole('tab', { name: 'Nota' }).click()
  const note = ana.getByRole('textbox', { name: 'Escreva uma nota que só a equipe vê' })
  await note.fill('prefere boleto')
  await note.press('Enter')
  await expect(bubble(ana, 'prefere boleto')).toBeVisible()

  await open(admin)
  await showTab(admin, 'Outros')
  await openRow(admin, name)
  await expect(bubble(admin, 'prefere boleto')).toBeVisible()
  // It is Ana's: the admin may delete it, not change it.
  await bubble(admin, 'prefere boleto').hover()
  await expect(admin.getByRole('button', { name: 'Apagar nota' })).toBeVisible()
  await expect(admin.getByRole('button', { name: 'Alterar nota' })).toHaveCount(0)

  await bubble(ana, 'prefere boleto').hover()
  await ana.getByRole('button', { name: 'Alterar nota' }).click()
  const field = ana.getByRole('dialog').getByRole('textbox', { name: 'Nota' })
  await expect(field).toHaveValue('prefere boleto')
  await field.fill('   ')
  await ana.getByRole('dialog').getByRole('button', { name: 'Salvar', exact: true }).click()
  await expect(ana.getByRole('dialog')).toContainText('Preencha este campo')
  await field.fill('prefere pix')
  await ana.getByRole('dialog').getByRole('button', { name: 'Salvar', exact: true }).click()
  await expect(ana.getByRole('dialog')).toBeHidden()
  for (const page of [ana, admin]) {
    await expect(bubble(page, 'prefere pix')).toContainText('alterada')
    await expect(bubble(page, 'prefere boleto')).toHaveCount(0)
  }

  await bubble(admin, 'prefere pix').hover()
  await admin.getByRole('button', { name: 'Apagar nota' }).click()
  await admin.getByRole('dialog').getByRole('button', { name: 'Apagar nota' }).click()
  for (const page of [ana, admin]) {
    await expect(bubble(page, 'Nota apagada')).toBeVisible()
    await expect(bubble(page, 'prefere pix')).toHaveCount(0)
  }
  // Nothing of it after a reload, and nothing on the contact's phone.
  await ana.reload()
  await expect(bubble(ana, 'Nota apagada')).toBeVisible()
  expect((await sent()).filter(each => each.address === number)).toEqual([])
  await expect(row(ana, name)).not.toContainText('prefere')
})
