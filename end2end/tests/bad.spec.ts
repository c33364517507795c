// What does not fit is refused in words, where it is, and nothing that was typed goes away.
import { expect, sent, test } from '../support/fixtures'
import { editor, open, serve } from '../support/inbox'

// The browser says it when the server refuses a draft.
test.use({ allowedErrors: [/status of (413|422)/] })

test('a million pasted characters are not sent, say so, and stay', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const { number } = await serve(ana, 'Colagem')
  const address = ana.url()
  await editor(ana).fill('antes ')
  await editor(ana).evaluate(el => {
    const data = new DataTransfer()
    data.setData('text/plain', 'x'.repeat(1_000_000))
    const field = el as HTMLTextAreaElement
    // What a browser does with a paste that nobody prevents.
    if (field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))) {
      field.setRangeText(data.getData('text/plain'), field.value.length, field.value.length, 'end')
      field.dispatchEvent(new InputEvent('input', { bubbles: true, inputType: 'insertFromPaste' }))
    }
  })
  const length = () => editor(ana).evaluate(el => (el as HTMLTextAreaElement).value.length)
  expect(await length()).toBe(1_000_006)
  await expect(ana.locator('.composer')).toContainText(/995\.910|995910/)
  await editor(ana).press('Enter')
  await expect.poll(length).toBe(1_000_006)
  expect((await sent()).filter(each => each.address === number)).toEqual([])
  // Somewhere else and back; and after a reload.
  await open(ana)
  await open(ana, new URL(address).pathname)
  await expect.poll(length).toBe(1_000_006)
  await editor(ana).fill('agora cabe')
  await editor(ana).press('Enter')
  await expect.poll(async () => (await sent()).filter(each => each.address === number).map(each => (each.payload as { text: { body: string } }).text.body)).toEqual(['agora cabe'])
})
