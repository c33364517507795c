// Letters that the server under test wrote into its folder.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from '@playwright/test'

/** A letter as its reader sees it: its head, then its text. */
function readable(raw: string): string {
  const [head = '', ...rest] = raw.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  if (/encoding: base64/i.test(head)) return `${head}\n\n${Buffer.from(body, 'base64').toString('utf8')}`
  if (!/quoted-printable/i.test(head)) return raw.replaceAll('\r\n', '\n')
  const bytes = body.replaceAll('=\r\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  return `${head}\n\n${Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r\n', '\n')}`
}

/** All letters to an address, newest first. */
export async function letters(data: string, to: string): Promise<string[]> {
  const folder = join(data, 'mail')
  const files = await Promise.all((await readdir(folder)).map(async name => ({ path: join(folder, name), at: (await stat(join(folder, name))).mtimeMs })))
  const texts = await Promise.all(files.sort((a, b) => b.at - a.at).map(async file => readable(await readFile(file.path, 'utf8'))))
  return texts.filter(text => text.includes(`To: ${to}`))
}

/** Waits for a letter to an address with these words; answers the newest. `count` as many must have come. */
export async function letter(data: string, to: string, words: string, count = 1): Promise<string> {
  let found: string[] = []
  await expect.poll(async () => {
    found = (await letters(data, to)).filter(text => text.includes(words))
    return found.length
  }, { message: `letters to ${to} about ${words}` }).toBeGreaterThanOrEqual(count)
  return found[0] as string
}

/** The code in a letter. */
export function codeOf(text: string): string {
  const code = /^\d{6}$/m.exec(text)?.[0]
  if (!code) throw new Error(`no code in: ${text}`)
  return code
}

/** The link in a letter. */
export function linkOf(text: string): string {
  const link = /^https?:\/\/\S+$/m.exec(text)?.[0]
  if (!link) throw new Error(`no link in: ${text}`)
  return link
}
