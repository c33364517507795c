// Starts prosa and graph-sim for tests: free ports, a fresh data folder, logs kept beside the results.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target')
export const binaries = join(target, process.env.PROSA_E2E_PROFILE ?? 'debug')
export const site = resolve(root, process.env.PROSA_SITE_DIR ?? process.env.PROSA_SITE_OUT ?? 'target/site')
/** Where failures and logs are kept; half of a run has its own. */
export const results = join(root, 'end2end', process.env.PROSA_E2E_RESULTS ?? 'test-results')
const logs = join(results, 'logs')

/** How a pair of servers is started. */
export interface Options {
  /** Prefix of the log files. */
  name?: string
  /** Load the demo workspace (people, teams, channels); without it the server is as after the very first start. */
  demo?: boolean
  /** The name by which browsers reach it, where an address will not do, such as for passkeys. */
  host?: string
  /** More environment for prosa. */
  env?: Record<string, string>
}

/** A running pair of servers. */
export interface Servers {
  /** Address of prosa, such as http://127.0.0.1:41234 */
  url: string
  /** Address of graph-sim. */
  sim: string
  /** The folder that holds the database and the media. */
  data: string
  /** What `prosa demo` printed: the logins. */
  logins: string
  /** Ends prosa as a power cut would; the data stays. */
  kill(): Promise<void>
  /** Starts prosa again on the same address and data. */
  restart(): Promise<void>
  /** Ends both and removes the data. */
  stop(): Promise<void>
}

/** Ports that nobody listens on now. They are looked up together, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((done, fail) => {
    const server = createServer().on('error', fail).listen(0, '127.0.0.1', () => done(server))
  })))
  const ports = servers.map(server => (server.address() as { port: number }).port)
  await Promise.all(servers.map(server => new Promise(done => server.close(done))))
  return ports
}

export function launch(program: string, args: string[], env: NodeJS.ProcessEnv, log: string): ChildProcess {
  mkdirSync(logs, { recursive: true })
  const child = spawn(join(binaries, program), args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const file = createWriteStream(join(logs, log), { flags: 'a' })
  child.stdout?.pipe(file, { end: false })
  child.stderr?.pipe(file, { end: false })
  return child
}

export async function answers(child: ChildProcess, url: string, log: string): Promise<void> {
  const until = Date.now() + 30_000
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode} while starting: see ${join(logs, log)}`)
    const ok = await fetch(url, { signal: AbortSignal.timeout(2_000) }).then(answer => answer.status < 500, () => false)
    if (ok) return
    await new Promise(done => setTimeout(done, 100))
  }
  throw new Error(`${url} did not answer within 30 s: see ${join(logs, log)}`)
}

export function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise(done => {
    const force = setTimeout(() => child.kill('SIGKILL'), 10_000)
    child.once('exit', () => { clearTimeout(force); done() })
    child.kill(signal)
  })
}

/** Starts graph-sim and prosa and waits until both answer. */
export async function startServers({ name = 'main', demo = true, host = '127.0.0.1', env: more = {} }: Options = {}): Promise<Servers> {
  for (const file of [join(binaries, 'prosa'), join(binaries, 'graph-sim'), join(site, 'build.txt')]) {
    if (!existsSync(file)) throw new Error(`${file} is missing. Build it first: .ci/build server && .ci/build wasm --release`)
  }
  const [port, simPort, metricsPort] = await freePorts(3)
  const data = await mkdtemp(join(tmpdir(), 'prosa-e2e-'))
  const url = `http://127.0.0.1:${port}`
  const sim = `http://127.0.0.1:${simPort}`
  // Nothing of the developer's own configuration reaches the tests.
  const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(PROSA|GRAPH_SIM)_/.test(key)))
  const env = {
    ...clean,
    PROSA_ADDR: `127.0.0.1:${port}`,
    PROSA_PUBLIC_URL: `http://${host}:${port}`,
    PROSA_METRICS_ADDR: `127.0.0.1:${metricsPort}`,
    PROSA_DATA_DIR: data,
    PROSA_GRAPH_URL: sim,
    PROSA_SMTP_URL: `file:${join(data, 'mail')}`,
    PROSA_MAIL_FROM: 'Prosa <prosa@prosa.example>',
    PROSA_SITE_DIR: site,
    PROSA_LOG: 'info',
    ...more,
  }
  const prosaLog = `${name}-prosa.log`
  const simLog = `${name}-graph-sim.log`
  const children: ChildProcess[] = []
  const serve = async () => {
    const child = launch('prosa', ['serve'], env, prosaLog)
    children[1] = child
    await answers(child, `${url}/healthz`, prosaLog)
  }
  const stop = async () => {
    await Promise.all(children.map(child => end(child, 'SIGTERM')))
    await rm(data, { recursive: true, force: true })
  }
  try {
    const command = async (name: string) => (await promisify(execFile)(join(binaries, 'prosa'), [name], { env, cwd: data })).stdout
    await command('migrate')
    const logins = demo ? await command('demo') : ''
    children[0] = launch('graph-sim', ['--addr', `127.0.0.1:${simPort}`, '--webhook', `${url}/webhooks/meta`, '--prosa-url', url], clean, simLog)
    await answers(children[0], `${sim}/sim/sent`, simLog)
    await serve()
    const kill = async () => { if (children[1]) await end(children[1], 'SIGKILL') }
    return { url, sim, data, logins, kill, restart: serve, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
