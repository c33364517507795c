// Two processes on one PostgreSQL, a browser on each; one of them is killed in the middle of sending.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type Page, expect, inbound, newNumber, sent, sim, test } from '../support/fixtures'
import { assume, bubble, conclude, editor, openRow, pane, row, salesNumber, say, showTab, unique } from '../support/inbox'
import { type Pair, startPair } from '../support/pair'
import { freePorts } from '../support/servers'

test.describe.configure({ timeout: 420_000 })
test.skip(!process.env.TEST_POSTGRES_URL, 'TEST_POSTGRES_URL names no PostgreSQL: run .ci/test browser, which brings one')
test.use({ allowedErrors: [/ERR_CONNECTION_(REFUSED|RESET|CLOSED)|ERR_EMPTY_RESPONSE|WebSocket|ERR_SOCKET|503|401 \(Unauthorized\)/] })

/** What a process says of the news between both. */
const ready = (url: string): Promise<string> => fetch(`${url}/readyz`).then(answer => answer.text(), () => '')

async function hearEachOther(pair: Pair, nats: boolean): Promise<void> {
  const says = nats ? /nats heard, postgres heard; other processes: 1/ : /postgres heard; other processes: 1/
  for (const url of pair.processes) await expect.poll(() => ready(url), { timeout: 30_000 }).toMatch(says)
}

const said = async (pair: Pair, to: string): Promise<string[]> => {
  const out = (await sent(pair.sim)).filter(each => each.address === to)
  return out.map(each => (each.payload as { text?: { body: string } }).text?.body ?? '').filter(text => text !== '')
}

/** Two agents, each on a process of their own, see each other's work as it happens. */
async function work(pair: Pair, ana: Page, alice: Page): Promise<{ number: string; name: string }> {
  const [number, name] = [newNumber(), unique('Dois processos')]
  await inbound({ from: number, name, text: 'bom dia', phone_number_id: salesNumber }, pair.sim)
  for (const page of [ana, alice]) {
    await showTab(page, 'Novos')
    await expect(row(page, name)).toBeVisible()
    await openRow(page, name)
  }
  await expect(alice.getByText('Ana está olhando')).toBeVisible()
  await expect(ana.getByText('Alice está olhando')).toBeVisible()
  await assume(ana)
  await showTab(alice, 'Novos')
  await expect(row(alice, name)).toHaveCount(0)
  await showTab(alice, 'Outros')
  await expect(row(alice, name)).toBeVisible()
  await openRow(alice, name)
  await editor(ana).pressSequentially('Olá')
  await expect(pane(alice, name).getByText(/escrevendo/)).toBeVisible()
  await editor(ana).press('Enter')
  await expect(bubble(alice, 'Olá')).toBeVisible()
  await expect(bubble(ana, 'Olá').getByText('Entregue', { exact: true })).toBeAttached({ timeout: 20_000 })
  await inbound({ from: number, text: 'e agora?', phone_number_id: salesNumber }, pair.sim)
  for (const page of [ana, alice]) await expect(bubble(page, 'e agora?')).toHaveCount(1)
  return { number, name }
}

test('two browsers on two processes are one inbox, and one process may die in the middle of sending', async ({ agent }) => {
  const pair = await startPair('pair')
  try {
    await hearEachOther(pair, false)
    const ana = await agent('ana@prosa.example', { baseURL: pair.fronts[0] })
    const alice = await agent('admin@prosa.example', { baseURL: pair.fronts[1] })
    const { number, name } = await work(pair, ana, alice)
    const texts = ['Olá']

    // The network takes its time: the process dies while it waits for answers, and while customers and agents write.
    await sim('POST', '/sim/faults', { path: 'messages', delay_ms: 1_500, count: 6 }, pair.sim)
    const began = await ana.evaluate(() => performance.timeOrigin)
    for (let n = 0; n < 4; n += 1) {
      texts.push(`antes ${n}`)
      await say(ana, `antes ${n}`)
    }
    await pair.kill(0)
    await inbound({ from: number, text: 'estou aqui', phone_number_id: salesNumber }, pair.sim)
    for (let n = 0; n < 4; n += 1) {
      texts.push(`depois ${n}`)
      await say(ana, `depois ${n}`)
    }
    // Her page finds the other process by itself. Nothing is lost and nothing is there twice, on both screens.
    for (const page of [ana, alice]) {
      await expect(bubble(page, 'estou aqui')).toHaveCount(1, { timeout: 60_000 })
      for (const text of texts) await expect(bubble(page, text)).toHaveCount(1, { timeout: 60_000 })
    }
    await expect(ana.getByText(/^Sem conexão/)).toBeHidden()
    expect(await ana.evaluate(() => performance.timeOrigin), 'never by a reload').toBe(began)
    // What the dead process had claimed and not sent is free when its claim runs out.
    await expect.poll(async () => (await said(pair, number)).length, { timeout: 240_000, intervals: [1_000] }).toBe(texts.length)
    expect((await said(pair, number)).sort()).toEqual([...texts].sort())
    for (const text of texts) await expect(bubble(ana, text).getByText('Entregue', { exact: true })).toBeAttached({ timeout: 30_000 })

    // It comes back, and both work as before.
    await pair.start(0)
    await hearEachOther(pair, false)
    await conclude(ana, { silent: true })
    await expect(pane(alice, name).getByText(/conclu/i).first()).toBeVisible()
    await ana.reload()
    await alice.reload()
    await work(pair, ana, alice)
    expect(await said(pair, number)).toHaveLength(texts.length)
  } finally {
    await pair.stop()
  }
})

test('a login that ends on one process ends on the other', async ({ agent, newWindow }) => {
  const pair = await startPair('pair-login')
  try {
    await hearEachOther(pair, false)
    const one = await agent('bruno@prosa.example', { baseURL: pair.fronts[0] })
    // The same cookie, by the other process.
    const two = await newWindow({ baseURL: pair.fronts[1], storageState: { cookies: await one.context().cookies(), origins: [] } })
    await two.goto('/inbox')
    await expect(two.getByRole('tablist', { name: 'Atendimentos' })).toBeVisible()
    const before = Date.now()
    const answer = await one.request.post(`${pair.fronts[0]}/api/app/api/auth/sign_out`, { data: {}, headers: { origin: pair.fronts[0] } })
    expect(answer.ok()).toBe(true)
    await expect.poll(async () => (await two.request.post(`${pair.fronts[1]}/api/app/api/inbox/workspace`, { data: {} })).status(), { intervals: [100] }).toBe(401)
    expect(Date.now() - before).toBeLessThan(5_000)
    await two.waitForURL(url => url.pathname.startsWith('/login'), { timeout: 30_000 })
  } finally {
    await pair.stop()
  }
})

test('with NATS it is the same, also when NATS ends', async ({ agent }) => {
  const program = ['/usr/sbin/nats-server', '/usr/local/bin/nats-server', '/usr/bin/nats-server'].find(existsSync)
  test.skip(!program, 'nats-server is not installed')
  const [port] = await freePorts(1)
  const nats = spawn(program as string, ['-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
  let pair: Pair | undefined
  try {
    pair = await startPair('pair-nats', `nats://127.0.0.1:${port}`)
    await hearEachOther(pair, true)
    const ana = await agent('ana@prosa.example', { baseURL: pair.fronts[0] })
    const alice = await agent('admin@prosa.example', { baseURL: pair.fronts[1] })
    await work(pair, ana, alice)
    nats.kill('SIGKILL')
    for (const url of pair.processes) await expect.poll(() => ready(url), { timeout: 30_000 }).toMatch(/nats NOT heard, postgres heard/)
    await work(pair, ana, alice)
  } finally {
    nats.kill('SIGKILL')
    await pair?.stop()
  }
})
