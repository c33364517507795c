// Quick replies: made on their page, put into the composer by /.
import { barriers, expect, inbound, newNumber, sent, test, type Page } from '../support/fixtures'
import { assume, editor, open, openRow, salesNumber, showTab, unique } from '../support/inbox'

const list = (page: Page) => page.getByRole('listbox', { name: 'Respostas rápidas' })
const options = (page: Page) => list(page).getByRole('option')

async function serve(page: Page, name: string): Promise<string> {
  const number = newNumber()
  await inbound({ from: number, name, text: 'bom dia', phone_number_id: salesNumber })
  await open(page)
  await showTab(page, 'Novos')
  await openRow(page, name)
  await assume(page)
  return number
}

async function make(page: Page, alias: string, text: string, scope = 'Só eu'): Promise<void> {
  await page.getByRole('link', { name: 'Nova resposta' }).click()
  await page.getByLabel('Atalho').fill(alias)
  await page.getByRole('textbox', { name: 'Texto' }).fill(text)
  await page.getByRole('radio', { name: scope }).check()
  await page.getByRole('button', { name: 'Salvar' }).click()
  await expect(page).toHaveURL(/\/replies\/\d+$/)
}

test('QR-2 / lists replies at a word\'s beginning, filters as one types, and puts the chosen one where the cursor is', async ({ agent }) => {
  test.setTimeout(90_000)
  const ana = await agent('ana@prosa.example')
  const mark = Math.random().toString(36).slice(2, 7)
  await open(ana, '/replies')
  await make(ana, `saudação ${mark}`, 'Olá [NOME], protocolo [PROTOCOLO].')
  await make(ana, `entrega ${mark}`, 'Chega em [DATA], por [TRANSPORTADORA].')
  const name = unique('Bia')
  const number = await serve(ana, name)

  // Not in the middle of a word, nor of an address.
  await editor(ana).pressSequentially('e/ou https://x')
  await expect(list(ana)).toBeHidden()
  await editor(ana).fill('')

  await editor(ana).pressSequentially(`/saudacao ${mark}`)
  await expect(options(ana)).toHaveCount(1)
  await ana.keyboard.press('Enter')
  await expect(editor(ana)).toHaveValue(new RegExp(`^Olá ${name}, protocolo \\d+\\.$`))
  expect((await sent()).filter(each => each.address === number), 'nothing was sent').toEqual([])
  await editor(ana).pressSequentially(' Tudo bem?')
  await expect(editor(ana)).toHaveValue(/\. Tudo bem\?$/)

  // In the middle of a text, with arrows; Escape leaves what was typed.
  await editor(ana).fill('antes  depois')
  await ana.keyboard.press('Home')
  for (let n = 0; n < 6; n += 1) await ana.keyboard.press('ArrowRight')
  await editor(ana).pressSequentially(`/${mark}`)
  await expect(options(ana)).toHaveCount(2)
  await expect(options(ana).first()).toHaveAttribute('aria-selected', 'true')
  await ana.keyboard.press('ArrowDown')
  await expect(options(ana).nth(1)).toHaveAttribute('aria-selected', 'true')
  expect(await barriers(ana, '.composer')).toEqual([])
  await ana.keyboard.press('Escape')
  await expect(list(ana)).toBeHidden()
  await expect(editor(ana)).toHaveValue(`antes /${mark} depois`)
  await expect(editor(ana)).toBeFocused()

  // The button opens it as well, and its slash goes with it; parameters that nobody knows are asked for.
  await editor(ana).fill('')
  await ana.getByRole('button', { name: 'Respostas rápidas' }).click()
  await expect(options(ana).first()).toBeVisible()
  await ana.keyboard.press('Escape')
  await expect(editor(ana)).toHaveValue('')
  await ana.getByRole('button', { name: 'Respostas rápidas' }).click()
  await ana.keyboard.type(`entrega ${mark}`)
  await options(ana).first().click()
  const dialog = ana.getByRole('dialog', { name: `entrega ${mark}` })
  await expect(dialog.getByLabel('DATA')).toBeFocused()
  await ana.keyboard.type('sexta')
  await ana.keyboard.press('Enter')
  await expect(dialog).toContainText('Preencha este campo')
  await dialog.getByLabel('TRANSPORTADORA').fill('Rápida')
  expect(await barriers(ana, 'dialog[open]')).toEqual([])
  await dialog.getByRole('button', { name: 'Inserir' }).click()
  await expect(editor(ana)).toHaveValue('Chega em sexta, por Rápida.')
  await editor(ana).press('Enter')
  await expect.poll(async () => (await sent()).filter(each => each.address === number).length).toBe(1)
})

test('QR-1 QR-3 replies are shared, changed under others\' hands, duplicated, archived and deleted', async ({ agent }) => {
  test.setTimeout(90_000)
  const [ana, bruno, admin] = [await agent('ana@prosa.example'), await agent('bruno@prosa.example'), await agent('admin@prosa.example')]
  const mark = Math.random().toString(36).slice(2, 7)
  await open(ana, '/replies')
  await ana.getByRole('link', { name: 'Nova resposta' }).click()
  await ana.getByRole('button', { name: 'Salvar' }).click()
  await expect(ana.getByText('Preencha este campo.')).toHaveCount(2)
  await ana.getByLabel('Atalho').fill(`pix ${mark}`)
  await ana.getByRole('textbox', { name: 'Texto' }).fill('Nossa chave: [CHAVE]')
  await expect(ana.getByRole('list', { name: 'Parâmetros' })).toContainText('perguntado ao inserir')
  await ana.getByRole('radio', { name: 'Todos' }).check()
  await ana.getByRole('button', { name: 'Salvar' }).click()
  await expect(ana).toHaveURL(/\/replies\/\d+$/)
  await make(ana, `segredo ${mark}`, 'só meu')

  // Bruno sees the shared one only, and may copy but not change it.
  await open(bruno, '/replies')
  await bruno.getByRole('searchbox', { name: 'Buscar resposta' }).fill(mark)
  await expect(bruno.locator('.entries .entry')).toHaveCount(1)
  await bruno.locator('.entries .entry').click()
  await expect(bruno.getByText('Criada por Ana')).toBeVisible()
  await expect(bruno.getByRole('button', { name: 'Salvar' })).toHaveCount(0)
  await bruno.getByRole('button', { name: 'Duplicar' }).click()
  await expect(bruno.getByLabel('Atalho')).toHaveValue(`pix ${mark} (cópia)`)
  await bruno.getByRole('radio', { name: 'Só eu' }).check()
  await bruno.getByRole('button', { name: 'Salvar' }).click()
  await expect(bruno.locator('.entries .entry')).toHaveCount(2)

  // Ana's composer knows it; the admin archives it meanwhile, and it is gone there.
  const name = unique('Com pix')
  await serve(ana, name)
  await editor(ana).pressSequentially(`/pix ${mark}`)
  await expect(options(ana)).toHaveCount(1)
  await open(admin, '/replies')
  await admin.getByRole('searchbox', { name: 'Buscar resposta' }).fill(mark)
  await admin.getByRole('link', { name: `pix ${mark}` }).first().click()
  await admin.getByRole('button', { name: 'Arquivar', exact: true }).click()
  await expect(admin.getByRole('button', { name: 'Desarquivar' })).toBeVisible()
  await expect(options(ana)).toHaveCount(0)
  await admin.getByRole('button', { name: 'Arquivadas' }).click()
  await expect(admin.getByRole('link', { name: `pix ${mark}` })).toBeVisible()
  await admin.getByRole('button', { name: 'Excluir' }).click()
  await admin.getByRole('dialog').getByRole('button', { name: 'Excluir' }).click()
  await expect(admin).toHaveURL(/\/replies$/)
  await expect(admin.getByRole('link', { name: `pix ${mark}` })).toHaveCount(0)
})

test('QR-2 on a phone the list stands over the composer and the page fits', async ({ agent }) => {
  const ana = await agent('ana@prosa.example', { viewport: { width: 390, height: 844 } })
  const mark = Math.random().toString(36).slice(2, 7)
  await open(ana, '/replies')
  await make(ana, `curta ${mark}`, 'Um instante, por favor.')
  expect(await ana.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await barriers(ana)).toEqual([])
  await serve(ana, unique('Celular'))
  await ana.getByRole('button', { name: 'Respostas rápidas' }).click()
  await expect(options(ana).first()).toBeVisible()
  const box = await ana.locator('.quick').boundingBox()
  expect(box && box.x >= 0 && box.y >= 0 && box.x + box.width <= 390).toBe(true)
  await options(ana).filter({ hasText: mark }).click()
  await expect(editor(ana)).toHaveValue('Um instante, por favor.')
})
