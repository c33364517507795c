// Files that agents send: attached, pasted, dropped; how they reach the contact, and what is refused.
import { readFileSync } from 'node:fs'
import { expect, expectAccessible, type Page, sent, test } from '../support/fixtures'
import { bubble, editor, open, openRow, say, serve, showTab } from '../support/inbox'

const picture = readFileSync(new URL('../../public/app-192.png', import.meta.url))
const png = (name: string) => ({ name, mimeType: 'image/png', buffer: picture })
const pdf = (name: string) => ({ name, mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF') })
const zip = (name: string) => ({ name, mimeType: 'application/zip', buffer: Buffer.from('PK\x03\x04 zipped') })

const input = (page: Page, what: 'shown' | 'document' = 'shown') => page.locator(`input[data-attach=${what}]`)
const tray = (page: Page) => page.getByRole('list', { name: 'Arquivos anexados' }).getByRole('listitem')
const send = (page: Page) => page.getByRole('button', { name: 'Enviar', exact: true }).click()

/** What the contact's phone got, as type and body. */
async function got(number: string): Promise<Record<string, any>[]> {
  return (await sent()).filter(each => each.address === number).map(each => each.payload as Record<string, any>)
}

/** Gives files to an element as the clipboard or the pointer does. */
async function give(page: Page, how: 'paste' | 'drop', selector: string, name: string, bytes: Buffer, type: string): Promise<void> {
  await page.locator(selector).evaluate((element, [how, name, base64, type]) => {
    const bytes = Uint8Array.from(atob(base64 as string), c => c.charCodeAt(0))
    const data = new DataTransfer()
    data.items.add(new File([bytes], name as string, { type: type as string }))
    if (how === 'paste') element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
    else for (const kind of ['dragenter', 'dragover', 'drop']) element.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }))
  }, [how, name, bytes.toString('base64'), type])
}

test('MD-3 several files go in their order, the text as caption, and are shown at once', async ({ agent }) => {
  const [ana, admin] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const { number, name } = await serve(ana, 'Recebe fotos')
  await showTab(admin, 'Outros')
  await openRow(admin, name)
  await input(ana).setInputFiles([png('vitrine.png'), pdf('orçamento.pdf')])
  await expect(tray(ana)).toHaveCount(2)
  await expect(tray(ana).first()).toContainText('vai como imagem')
  await expect(tray(ana).last()).toContainText('vai como documento')
  await editor(ana).fill('nossa *vitrine*')
  await send(ana)
  await expect(tray(ana)).toHaveCount(0)
  await expect(editor(ana)).toHaveValue('')
  await say(ana, 'e um texto depois')
  await expect.poll(async () => (await got(number)).map(each => each.type)).toEqual(['image', 'document', 'text'])
  const [image, document] = await got(number)
  expect(image?.image.caption).toBe('nossa *vitrine*')
  expect(document?.document.filename).toBe('orçamento.pdf')
  for (const page of [ana, admin]) {
    const shown = bubble(page, 'nossa vitrine').getByRole('img', { name: 'Imagem: vitrine.png' })
    await expect.poll(() => shown.evaluate(img => (img as HTMLImageElement).naturalWidth)).toBeGreaterThan(10)
    // Its box has the picture's shape before the bytes are there.
    expect(await shown.getAttribute('width')).toBe('192')
    await expect(page.getByRole('link', { name: 'Baixar orçamento.pdf' })).toBeVisible()
    await expect(bubble(page, 'nossa vitrine').getByText(/^(Lida|Entregue|Enviada)$/).first()).toBeAttached()
  }
  // At full size, by the keyboard.
  await bubble(ana, 'nossa vitrine').getByRole('link').click()
  const viewer = ana.getByRole('dialog', { name: 'vitrine.png' })
  await expect(viewer.getByRole('img')).toBeVisible()
  await expect(viewer).toContainText('1 / 2')
  await ana.keyboard.press('ArrowRight')
  await expect(ana.getByRole('dialog', { name: 'orçamento.pdf' }).locator('iframe')).toBeVisible()
  await ana.keyboard.press('ArrowLeft')
  await expect(viewer.getByRole('img')).toBeVisible()
  await ana.keyboard.press('Escape')
  await expect(viewer).toBeHidden()
})

test('MD-3 a caption has 1024 characters; one more is a text of its own, before the picture', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const { number } = await serve(ana, 'Lê legendas')
  await input(ana).setInputFiles([png('vitrine.png')])
  await editor(ana).fill('a'.repeat(1024))
  await expect(tray(ana)).toHaveCount(1)
  await expect(ana.getByText('Legendas têm até 1024 caracteres')).toBeHidden()
  await send(ana)
  await expect.poll(async () => (await got(number)).map(each => [each.type, each.image?.caption?.length])).toEqual([['image', 1024]])
  await input(ana).setInputFiles([png('outra.png')])
  await editor(ana).fill('b'.repeat(1025))
  await expect(ana.getByText('Legendas têm até 1024 caracteres: o texto vai como mensagem separada, antes do arquivo.')).toBeVisible()
  await send(ana)
  await expect.poll(async () => (await got(number)).map(each => each.type)).toEqual(['image', 'text', 'image'])
  const [, text, image] = await got(number)
  expect(text?.text.body).toBe('b'.repeat(1025))
  expect(image?.image.caption).toBeUndefined()
})

test.describe('on a phone', () => {
  test('a PDF that the browser cannot show has a card with its name, its size and the ways to have it', async ({ agent }) => {
    const ana = await agent('ana@prosa.example', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' })
    // As Chrome on Android has it.
    await ana.addInitScript(() => Object.defineProperty(Navigator.prototype, 'pdfViewerEnabled', { get: () => false }))
    await ana.reload()
    await serve(ana, 'Sem leitor')
    await input(ana).setInputFiles([pdf('orçamento.pdf')])
    await expect(tray(ana)).toHaveCount(1)
    await send(ana)
    await expect(tray(ana)).toHaveCount(0)
    await ana.getByRole('button', { name: /^Ver/ }).last().click()
    const viewer = ana.getByRole('dialog', { name: 'orçamento.pdf' })
    await expect(viewer.locator('iframe')).toHaveCount(0)
    const card = viewer.locator('.lightbox-paper')
    await expect(card).toContainText('orçamento.pdf')
    await expect(card).toContainText(/\d (B|KB)/)
    await expect(card.getByRole('link', { name: 'Abrir' })).toHaveAttribute('href', /^\/media\/\d+$/)
    await expect(card.getByRole('link', { name: 'Baixar' })).toHaveAttribute('download', 'orçamento.pdf')
    await expectAccessible(ana, 'dialog[open]')
    await ana.screenshot({ path: 'test-results/pdf-card.png' })
  })
})

test('files are pasted and dropped, taken away, and wait through a reload', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const { number, name } = await serve(ana, 'Cola e solta')
  await give(ana, 'paste', '.editor-text', 'colada.png', picture, 'image/png')
  await give(ana, 'drop', '.thread', 'solta.txt', Buffer.from('um texto'), 'text/plain')
  await expect(tray(ana)).toHaveCount(2)
  await expect(tray(ana).last()).toContainText('vai como documento')
  await ana.getByRole('button', { name: 'Retirar solta.txt' }).click()
  await expect(tray(ana)).toHaveCount(1)
  await editor(ana).fill('com a foto')
  await open(ana)
  await showTab(ana, 'Meus')
  await openRow(ana, name)
  await expect(tray(ana)).toContainText('colada.png')
  await expect(editor(ana)).toHaveValue('com a foto')
  await editor(ana).press('Enter')
  await expect.poll(async () => (await got(number)).map(each => each.type)).toEqual(['image'])
  await open(ana)
  await showTab(ana, 'Meus')
  await openRow(ana, name)
  await expect(bubble(ana, 'com a foto')).toBeVisible()
  await expect(tray(ana)).toHaveCount(0)
})

test.describe('what goes wrong', () => {
  // The second kind is the test's own recorder, which reads pictures that the page could not show.
  test.use({ allowedErrors: [/Failed to load resource|Connecting to 'blob:/] })

  test('MD-6 what runs, lies or is empty is refused with a sentence, and the draft stays', async ({ agent }) => {
    const ana = await agent('ana@prosa.example')
    const { number } = await serve(ana, 'Sem vírus')
    await editor(ana).fill('meu rascunho')
    const refusals: [string, Buffer, string][] = [
      ['foto.jpg', Buffer.from('MZ\x90\0\x03\0\0\0'), 'Programas, scripts e páginas da web não podem ser enviados.'],
      ['logo.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'Programas, scripts e páginas da web não podem ser enviados.'],
      ['quebrada.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 1, 2]), 'A imagem não pôde ser lida.'],
      ['vazio.txt', Buffer.alloc(0), 'O arquivo está vazio.'],
    ]
    for (const [file, bytes, sentence] of refusals) {
      await input(ana).setInputFiles({ name: file, mimeType: 'image/jpeg', buffer: bytes })
      await expect(tray(ana)).toContainText(sentence)
      await editor(ana).press('Enter')
      await expect(editor(ana), 'nothing leaves beside a file that failed').toHaveValue('meu rascunho')
      await ana.getByRole('button', { name: `Retirar ${file}` }).click()
      await expect(tray(ana)).toHaveCount(0)
    }
    // Names lose their folders, and the content decides.
    await input(ana).setInputFiles({ name: 'nota\u202Egnp.pdf', mimeType: 'application/pdf', buffer: picture })
    await expect(tray(ana)).toContainText('vai como imagem')
    await editor(ana).press('Enter')
    await expect.poll(async () => (await got(number)).map(each => each.image?.caption)).toEqual(['meu rascunho'])
  })

  test('an upload that broke off is tried again, and one under way can be taken away', async ({ agent }) => {
    const ana = await agent('ana@prosa.example')
    const { number } = await serve(ana, 'Linha ruim')
    await ana.route('**/upload?*', route => route.abort('connectionfailed'), { times: 1 })
    await input(ana).setInputFiles(png('foto.png'))
    await expect(tray(ana)).toContainText('Sem conexão')
    await ana.getByRole('button', { name: 'Tentar de novo' }).click()
    await expect(tray(ana)).toContainText('vai como imagem')

    let release = () => {}
    const held = new Promise<void>(resolve => { release = resolve })
    await ana.route('**/upload?*', async route => { await held; await route.continue().catch(() => undefined) })
    await input(ana).setInputFiles([pdf('lento.pdf'), pdf('outro.pdf')])
    await expect(tray(ana)).toHaveCount(3)
    await ana.getByRole('button', { name: 'Retirar lento.pdf' }).click()
    await expect(tray(ana)).toHaveCount(2)
    // Sent while a file is on its way: all leave together when it is there, also when another conversation is looked at.
    await editor(ana).fill('tudo junto')
    await editor(ana).press('Enter')
    await expect(ana.getByText('Sai assim que os arquivos terminarem de carregar.')).toBeVisible()
    await expect(editor(ana)).toHaveValue('tudo junto')
    await ana.keyboard.press('Escape')
    await showTab(ana, 'Novos')
    release()
    await expect.poll(async () => (await got(number)).map(each => each.type)).toEqual(['image', 'document'])
    expect((await got(number))[0]?.image.caption).toBe('tudo junto')
  })
})

test('MD-5 what WhatsApp does not take goes as a link that opens without signing in', async ({ agent, newWindow }) => {
  const ana = await agent('ana@prosa.example')
  const { number } = await serve(ana, 'Quer as fontes')
  await input(ana, 'document').setInputFiles(zip('fontes.zip'))
  await expect(tray(ana)).toContainText('vai como link, aberto por 7 dias')
  await send(ana)
  await expect.poll(async () => (await got(number)).length).toBe(1)
  const text = (await got(number))[0]?.text.body as string
  expect(text).toMatch(/^fontes\.zip\nhttp/)
  await expect(ana.getByText(/^O contato recebeu um link/)).toBeVisible()
  const stranger = await newWindow()
  const answer = await stranger.request.get(text.split('\n')[1] as string)
  expect(answer.status()).toBe(200)
  expect(await answer.body()).toEqual(zip('').buffer)
  expect(answer.headers()['content-disposition']).toContain('attachment')
  expect(answer.headers()['x-robots-tag']).toContain('noindex')
  expect((await stranger.request.get(`${text.split('\n')[1]}x`)).status()).toBe(404)
})

test('NT-1 a note holds a file that colleagues see and the contact never gets', async ({ agent }) => {
  const [ana, admin] = [await agent('ana@prosa.example'), await agent('admin@prosa.example')]
  const { number, name } = await serve(ana, 'Com print')
  await showTab(admin, 'Outros')
  await openRow(admin, name)
  await ana.getByRole('tab', { name: 'Nota' }).click()
  await input(ana).setInputFiles(png('print.png'))
  await expect(tray(ana)).toContainText('fica na nota')
  await ana.getByRole('textbox', { name: 'Escreva uma nota que só a equipe vê' }).fill('olhem isto')
  await ana.getByRole('button', { name: 'Salvar nota' }).click()
  for (const page of [ana, admin]) {
    await expect(bubble(page, 'olhem isto').getByRole('img', { name: 'Imagem: print.png' })).toBeVisible()
  }
  expect(await got(number)).toEqual([])
})
