// What does not fit is said in words, where it is, and nothing that was typed goes away.
import { expect, type Page, sent, test } from '../support/fixtures'
import { editor, serve } from '../support/inbox'

async function paste(page: Page, text: string): Promise<void> {
  await editor(page).evaluate((el, text) => {
    const data = new DataTransfer()
    data.setData('text/plain', text)
    const field = el as HTMLTextAreaElement
    // What a browser does with a paste that nobody prevents.
    if (field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))) {
      field.setRangeText(data.getData('text/plain'), field.value.length, field.value.length, 'end')
      field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }))
    }
  }, text)
}

test('a text over the limit is held back and says by how much; a million characters become a file', async ({ agent }) => {
  test.setTimeout(90_000)
  const ana = await agent('ana@prosa.example')
  const { number } = await serve(ana, 'Colagem')
  const got = async () => (await sent()).filter(each => each.address === number).map(each => each.payload as { type: string; document?: { caption?: string; filename: string } })
  await editor(ana).fill('antes ')
  await paste(ana, 'x'.repeat(5000))
  await expect(ana.locator('.composer')).toContainText('910 caracteres a mais')
  await editor(ana).press('Enter')
  await expect(editor(ana)).toHaveValue(`antes ${'x'.repeat(5000)}`)
  expect(await got()).toEqual([])

  await editor(ana).fill('antes ')
  await paste(ana, 'x'.repeat(1_000_000))
  const tray = ana.getByRole('list', { name: 'Arquivos anexados' }).getByRole('listitem')
  await expect(tray).toContainText('texto.txt')
  await expect(ana.getByText('O texto colado não cabe numa mensagem')).toBeVisible()
  await expect(editor(ana)).toHaveValue('antes ')
  await expect(tray).toContainText('vai como documento')
  await editor(ana).press('Enter')
  await expect.poll(got).toEqual([expect.objectContaining({ type: 'document', document: expect.objectContaining({ caption: 'antes', filename: 'texto.txt' }) })])
})
