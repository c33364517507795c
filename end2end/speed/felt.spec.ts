// What a person waits for, measured in the browser from the event to the painted frame, beside a blank page of the same
// server. Nothing here fails for being slow: the figures are printed, to be read.
import { expect, inbound, newNumber, test, type Page } from '../support/fixtures'
import { editor, open, openRow, row, salesNumber, showTab, tab, unique } from '../support/inbox'

const rounds = 20
const messages = Number(process.env.PROSA_FELT_MESSAGES ?? 10_000)

const median = (all: number[]): number => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN
const worst = (all: number[]): number => Math.max(...all)
const ms = (n: number): string => `${n.toFixed(1)} ms`

function tell(what: string, all: number[], blank: number): void {
  console.log(`${what.padEnd(46)} median ${ms(median(all))}, worst ${ms(worst(all))}, ${(median(all) / blank).toFixed(2)} of a blank page`)
}

/** From the beginning of the navigation to the first painted frame after it, for a page with nothing on it. */
async function blankPage(page: Page): Promise<number> {
  const all: number[] = []
  for (let n = 0; n < rounds; n += 1) {
    await page.goto('/offline.html')
    all.push(await page.evaluate(() => new Promise<number>(done => requestAnimationFrame(() => setTimeout(() => done(performance.now())))))) 
  }
  return median(all)
}

/** Clicks inside the page and waits for the first frame with `ready` on it, until it is painted; no message of the test tool is in between. */
async function clicked(page: Page, target: string, ready: string): Promise<number> {
  return page.evaluate(([target, ready]) => new Promise<number>((done, fail) => {
    const el = document.querySelector<HTMLElement>(target as string)
    if (!el) return fail(new Error(`${target} is not there`))
    const start = performance.now()
    const look = () => {
      // What is there in this frame is painted when the task after it runs.
      if (document.querySelector(ready as string)) setTimeout(() => done(performance.now() - start))
      else if (performance.now() - start > 10_000) fail(new Error(`${ready} did not come`))
      else requestAnimationFrame(look)
    }
    el.click()
    requestAnimationFrame(look)
  }), [target, ready])
}

test('opening a conversation and switching tabs', async ({ agent, newWindow }) => {
  const blank = await blankPage(await newWindow())
  console.log(`a blank page: median ${ms(blank)}`)
  const ana = await agent('ana@prosa.example')
  const names = Array.from({ length: rounds }, (_, n) => unique(`Rápida ${n}`))
  for (const name of names) {
    const from = newNumber()
    for (let n = 0; n < 30; n += 1) await inbound({ from, name, text: `mensagem ${n} de ${name}`, phone_number_id: salesNumber })
  }
  await showTab(ana, 'Novos')
  await expect(row(ana, names[rounds - 1] ?? '')).toBeVisible()
  const [opened, again, whole]: [number[], number[], number[]] = [[], [], []]
  const log = (name: string) => `[aria-label="Atendimento de ${name}"] [role="log"] article`
  for (const name of names) {
    const id = await row(ana, name).getAttribute('id')
    opened.push(await clicked(ana, `#${id}`, log(name)))
    await expect(ana.locator('.panel-name')).toHaveText(name)
    await ana.waitForTimeout(150)
  }
  tell('opening a conversation', opened, blank)
  // From its end: the timelines that are still in the browser.
  for (const name of [...names].reverse().slice(1)) {
    const id = await row(ana, name).getAttribute('id')
    again.push(await clicked(ana, `#${id}`, log(name)))
    await ana.waitForTimeout(150)
  }
  tell('opening one again', again, blank)
  for (let n = 0; n < rounds; n += 1) {
    const [name, word] = ([['Meus', 'mine'], ['Outros', 'others'], ['Novos', 'new']] as const)[n % 3] ?? ['Novos', 'new']
    await tab(ana, name).evaluate((el, n) => el.setAttribute('data-felt', `${n}`), n)
    const rows = `.list-body:has(.inbox-row[href$="tab=${word}"], .empty)`
    whole.push(await clicked(ana, `[data-felt="${n}"]`, `.inbox-list:has([data-felt="${n}"][aria-selected="true"]) ${rows}`))
    await ana.waitForTimeout(150)
  }
  tell('switching tabs', whole, blank)
})

/** Types for ten seconds; answers the time between frames, and how often the page was blocked for over 50 ms. */
async function typing(page: Page, type: () => Promise<void>): Promise<{ frames: number[]; blocked: number[] }> {
  await page.evaluate(() => {
    const kept = globalThis as unknown as { frames: number[]; blocked: number[]; on: boolean }
    Object.assign(kept, { frames: [], blocked: [], on: true })
    new PerformanceObserver(list => kept.blocked.push(...list.getEntries().map(each => each.duration))).observe({ type: 'longtask' })
    let last = performance.now()
    const next = (now: number) => {
      kept.frames.push(now - last)
      last = now
      if (kept.on) requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })
  await type()
  return page.evaluate(() => {
    const kept = globalThis as unknown as { frames: number[]; blocked: number[]; on: boolean }
    kept.on = false
    return { frames: kept.frames, blocked: kept.blocked }
  })
}

test('typing while messages arrive', async ({ agent, newWindow }) => {
  const ana = await agent('ana@prosa.example')
  const [from, name] = [newNumber(), unique('Longa')]
  await inbound({ from, name, text: 'primeira', phone_number_id: salesNumber })
  await showTab(ana, 'Novos')
  await openRow(ana, name)
  await ana.locator('.thread-actions').getByRole('button', { name: 'Iniciar', exact: true }).click()
  // Somewhere else meanwhile: a flood into an open conversation is another question.
  await ana.goto('/offline.html')
  for (let n = 1; n < messages; n += 50) {
    await Promise.all(Array.from({ length: Math.min(50, messages - n) }, (_, k) => inbound({ from, name, text: `mensagem ${n + k}`, phone_number_id: salesNumber })))
  }
  await open(ana)
  await showTab(ana, 'Meus')
  await openRow(ana, name)
  const log = ana.getByRole('log')
  await expect(log.getByText(`mensagem ${messages - 1}`, { exact: true })).toBeVisible({ timeout: 400_000 })
  // Reads back to the beginning, so that all of it is in the browser.
  for (let n = 0; n < messages / 10; n += 1) {
    await log.evaluate(el => { (el.closest('[data-scroll]') ?? el).scrollTo({ top: 0 }); el.scrollTo({ top: 0 }) })
    if (await log.getByText('primeira', { exact: true }).count() > 0) break
    await ana.waitForTimeout(30)
  }
  const shown = await log.getByText('primeira', { exact: true }).count()
  console.log(`${messages} messages, the first one reached: ${shown > 0}; elements in the page: ${await ana.evaluate(() => document.querySelectorAll('*').length)}`)
  await log.evaluate(el => el.scrollTo({ top: el.scrollHeight }))
  const text = 'Uma resposta que não pode esperar por ninguém. '.repeat(4)
  let more = true
  const others = Array.from({ length: 5 }, () => newNumber())
  const events = (async () => {
    for (let n = 0; more; n += 1) {
      await inbound({ from: n % 2 ? from : others[n % 5], name: n % 2 ? name : `Outra ${n % 5}`, text: `chega ${n}`, phone_number_id: salesNumber })
      await new Promise(done => setTimeout(done, 200))
    }
  })()
  await editor(ana).focus()
  const busy = await typing(ana, () => ana.keyboard.type(text, { delay: 50 }))
  more = false
  await events
  const bare = await newWindow()
  await bare.goto('/offline.html')
  await bare.evaluate(() => document.body.append(document.createElement('textarea')))
  await bare.locator('textarea').focus()
  const blank = await typing(bare, () => bare.keyboard.type(text, { delay: 50 }))
  for (const [what, { frames, blocked }] of [['a text area on a blank page', blank], ['the composer, 5 events a second', busy]] as const) {
    const over = frames.filter(each => each > 50).length
    console.log(`${what.padEnd(46)} ${frames.length} frames, median ${ms(median(frames))}, worst ${ms(worst(frames))}, over 50 ms: ${over}; blocked over 50 ms: ${blocked.length}${blocked.length ? `, worst ${ms(worst(blocked))}` : ''}`)
  }
  console.log(`worst frame ${(worst(busy.frames) / worst(blank.frames)).toFixed(2)} of the blank page's`)
})
