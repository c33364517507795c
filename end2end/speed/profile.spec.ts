import { expect, inbound, newNumber, test } from '../support/fixtures'
import { row, salesNumber, showTab, unique, tab } from '../support/inbox'
import { writeFileSync } from 'node:fs'

test('profile', async ({ agent }) => {
  const ana = await agent('ana@prosa.example')
  const names = Array.from({ length: 12 }, (_, n) => unique(`Rápida ${n}`))
  for (const name of names) {
    const from = newNumber()
    for (let n = 0; n < 30; n += 1) await inbound({ from, name, text: `mensagem ${n} de ${name}`, phone_number_id: salesNumber })
  }
  await showTab(ana, 'Novos')
  await expect(row(ana, names[0] ?? '')).toBeVisible()
  const cdp = await ana.context().newCDPSession(ana)
  await ana.context().browser()!.startTracing(ana, { path: '/tmp/trace.json', screenshots: false, categories: ['devtools.timeline', 'blink.user_timing', 'v8.execute', 'disabled-by-default-devtools.timeline', 'disabled-by-default-v8.cpu_profiler', 'loading'] })
  await cdp.send('Profiler.enable')
  await cdp.send('Profiler.setSamplingInterval', { interval: 200 })
  await cdp.send('Profiler.start')
  for (const name of names) {
    const id = await row(ana, name).getAttribute('id')
    const t = await ana.evaluate(([target, ready]) => new Promise<number>(done => {
      const el = document.querySelector<HTMLElement>(target as string)!
      const start = performance.now()
      performance.mark('click')
      const look = () => {
        if (document.querySelector(ready as string)) setTimeout(() => { performance.mark('painted'); done(performance.now() - start) })
        else requestAnimationFrame(look)
      }
      el.click()
      requestAnimationFrame(look)
    }), [`#${id}`, `[aria-label="Atendimento de ${name}"] [role="log"] article`])
    console.log(name, t.toFixed(1))
    await ana.waitForTimeout(300)
  }
  const { profile } = await cdp.send('Profiler.stop')
  await ana.context().browser()!.stopTracing()
  writeFileSync('/tmp/opening.cpuprofile', JSON.stringify(profile))
  for (let n = 0; n < 9; n += 1) {
    const name = (['Meus', 'Outros', 'Novos'] as const)[n % 3] ?? 'Novos'
    await tab(ana, name).click()
    await ana.waitForTimeout(200)
  }
})
