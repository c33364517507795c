// The control surface of graph-sim: what customers send, and what the product sent them.

/** Address of the simulator of this run. */
export const simUrl = (): string => {
  const url = process.env.PROSA_E2E_SIM
  if (!url) throw new Error('PROSA_E2E_SIM is not set: the servers are started by Playwright\'s global set-up')
  return url
}

async function ask(method: string, path: string, body?: unknown, base = simUrl()): Promise<unknown> {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(15_000),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 500)}`)
  return text === '' ? null : JSON.parse(text)
}

/** A customer writes: `POST /sim/inbound`. The body is the simulator's, for example `{from, text}`. */
export const inbound = (body: Record<string, unknown>, base?: string): Promise<unknown> => ask('POST', '/sim/inbound', body, base)

/** Everything that the product sent so far, oldest first: `GET /sim/sent`. */
export async function sent(base?: string): Promise<Record<string, unknown>[]> {
  const answer = await ask('GET', '/sim/sent', undefined, base)
  const list = Array.isArray(answer) ? answer : Object.values(answer as Record<string, unknown>).find(Array.isArray)
  if (!list) throw new Error('/sim/sent answered without a list')
  return list as Record<string, unknown>[]
}

/** Any other call of the control surface, such as `sim('POST', '/sim/faults', {...})`. */
export const sim = (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, base?: string): Promise<unknown> =>
  ask(method, path, body, base)

let counter = 0
/** A Brazilian mobile number that no other test uses. */
export function newNumber(): string {
  counter += 1
  const unique = (Date.now() % 1_000_000) * 100 + ((process.pid + counter) % 100)
  return `55119${String(unique).padStart(8, '0').slice(-8)}`
}
