// All addresses of the client, and what is written on a page.
import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'

/** Every address that a signed-in person can open, forms for something new included. */
export const screens = [
  '/inbox',
  '/archive',
  '/board', '/board/reports', '/board/wall',
  '/replies', '/replies/new',
  '/archive',
  '/profile',
  '/settings/account',
  '/settings/company',
  '/settings/members', '/settings/members/new',
  '/settings/invitations',
  '/settings/roles', '/settings/roles/new',
  '/settings/teams', '/settings/teams/new',
  '/settings/channels', '/settings/channels/new',
  '/settings/fields', '/settings/fields/new',
  '/settings/tags', '/settings/tags/new',
  '/settings/reasons', '/settings/reasons/new',
  '/settings/many',
  '/settings/masks',
  '/settings/closing',
  '/settings/hours',
  '/settings/sla', '/settings/sla/new',
  '/settings/status',
  '/settings/sso',
  '/settings/features',
  '/settings/audit',
]

/** Addresses of the server's own pages, for everybody. */
export const pages = ['/login', '/reset', '/invite', '/terms', '/help/inbox', '/help/windows', '/help/files', '/help/shortcuts', '/help/messages',
  '/help/tour', '/help/tour/9', '/help/glossary', '/help/signin', '/help/roles', '/help/distribution', '/help/deadlines', '/help/board', '/help/audit', '/help/masks', '/help/apps']

/** The routes of the client that no list above has. */
export function forgotten(): string[] {
  const routes = readFileSync(new URL('../../app/src/routes.rs', import.meta.url), 'utf8')
  const named = [...routes.matchAll(/path!\("([^"]*)"\)/g)].map(found => (found[1] as string).replace(/(\/?:\w+\?)+$/, '').replace(/^\//, ''))
  // The pages of the settings are rows of a table, one route for all.
  const table = readFileSync(new URL('../../app/src/screen/settings/page.rs', import.meta.url), 'utf8')
  named.push(...[...table.matchAll(/^ {4}\w+: "(\w+)"/gm)].map(found => found[1] as string))
  const known = [...screens, ...pages].map(path => path.replace(/^\//, '').replace(/^settings\//, '').replace(/^help\/.*/, 'help'))
  return named.filter(name => name !== '' && name !== 'settings' && name !== 'setup' && name !== 'welcome' && !known.includes(name))
}

/** Words that are the same in Portuguese, English and Spanish, and names. */
export const same = /^(Prosa|WhatsApp|Instagram|Messenger|Web|E-mail|Chat|PDF|CPF|CNPJ|Enter|Esc|Shift|Alt|Ctrl|Backspace|Tab|Português \(Brasil\)|Português|English|Español|Webhook|Token|ID|Total|Final|Normal|Manual|Original|Local|No|Emoji|Chrome · Linux|\d+ (h|min)( \d+ min)?|https?:\/\/\S+)$/

/** A text that people read or hear, and where. */
export interface Said { where: string; text: string }

/** All that the page says in its own words; what people wrote stands in `bdi` or under `dir="auto"`. */
export async function said(page: Page): Promise<Said[]> {
  return page.evaluate(() => {
    const found: { where: string; text: string }[] = []
    const theirs = 'bdi, [dir="auto"], code, kbd, time, script, style, noscript, svg, [lang]:not(html), .emoji, select, textarea'
    const letters = /\p{L}{2}/u
    const path = (el: Element): string => {
      const names: string[] = []
      for (let at: Element | null = el; at && names.length < 4; at = at.parentElement) names.unshift(at.tagName.toLowerCase() + (at.classList[0] ? `.${at.classList[0]}` : ''))
      return names.join(' > ')
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const [text, el] = [node.textContent?.trim() ?? '', node.parentElement]
      if (el && letters.test(text) && !el.closest(theirs)) found.push({ where: path(el), text })
    }
    for (const el of document.body.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
      // A message's name is its author and its text.
      if (el.closest('[lang]:not(html)') || el.matches('.bubble')) continue
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
        const text = el.getAttribute(name)?.trim() ?? ''
        if (letters.test(text)) found.push({ where: `${path(el)} [${name}]`, text })
      }
    }
    return found
  })
}
