// Two processes of prosa on one PostgreSQL, and before them what a load balancer does: each front prefers one of them and
// takes the other when that one does not answer.
import { type ChildProcess, execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { type Server, type Socket, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { answers, binaries, end, freePorts, launch, site } from './servers'

const run = promisify(execFile)

/** A TCP front with the processes behind it, the preferred one first. */
class Front {
  private readonly open = new Set<Socket>()
  private server?: Server
  /** Connections by the port that took them. */
  readonly taken = new Map<number, number>()

  constructor(readonly port: number, private readonly behind: number[]) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    this.server = createServer(client => this.pass(client, [...this.behind]))
    await new Promise<void>((done, fail) => this.server?.on('error', fail).listen(this.port, '127.0.0.1', done))
  }

  private pass(client: Socket, left: number[]): void {
    this.keep(client)
    const port = left.shift()
    if (port === undefined) return void client.destroy()
    const back = connect({ port, host: '127.0.0.1', noDelay: true })
    let isThrough = false
    back.once('connect', () => {
      isThrough = true
      this.keep(back)
      client.setNoDelay(true)
      this.taken.set(port, (this.taken.get(port) ?? 0) + 1)
      client.pipe(back).pipe(client)
      back.once('close', () => client.destroy())
      client.once('close', () => back.destroy())
    })
    // Nobody listens there: the next one. A connection that breaks later ends both sides of it.
    back.on('error', () => { if (!isThrough) this.pass(client, left) })
  }

  private keep(socket: Socket): void {
    if (this.open.has(socket)) return
    this.open.add(socket)
    socket.once('close', () => this.open.delete(socket))
    socket.on('error', () => socket.destroy())
  }

  async stop(): Promise<void> {
    for (const socket of this.open) socket.destroy()
    await new Promise(done => this.server ? this.server.close(done) : done(undefined))
  }
}

/** Two processes and what stands around them. */
export interface Pair {
  /** Addresses of the fronts: the first prefers the first process, the second the second. */
  fronts: [string, string]
  /** The processes' own addresses. */
  processes: [string, string]
  sim: string
  /** Ends a process as a power cut would. */
  kill(which: 0 | 1): Promise<void>
  start(which: 0 | 1): Promise<void>
  stop(): Promise<void>
}

/** Two processes on a new database of the server that TEST_POSTGRES_URL names; `nats`: the address of a NATS server. */
export async function startPair(name: string, nats?: string): Promise<Pair> {
  const postgres = process.env.TEST_POSTGRES_URL ?? ''
  const database = `prosa_pair_${Date.now().toString(36)}_${process.pid}`
  await run('psql', [postgres, '-q', '-c', `create database ${database}`])
  const [one = 0, two = 0, simPort = 0, frontOne = 0, frontTwo = 0] = await freePorts(5)
  const ports = [one, two] as const
  const data = await mkdtemp(join(tmpdir(), 'prosa-pair-'))
  const sim = `http://127.0.0.1:${simPort}`
  const fronts = [new Front(frontOne, [one, two]), new Front(frontTwo, [two, one])] as const
  const clean = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(PROSA|GRAPH_SIM)_/.test(key)))
  const env = (port: number) => ({
    ...clean,
    PROSA_ADDR: `127.0.0.1:${port}`,
    PROSA_PUBLIC_URL: fronts[0].url,
    PROSA_DATABASE_URL: postgres.replace(/\/[^/]*$/, `/${database}`),
    PROSA_DATA_DIR: data,
    PROSA_GRAPH_URL: sim,
    PROSA_SITE_DIR: site,
    PROSA_LOG: 'info',
    PROSA_UNCERTAIN_WAIT: '10',
    ...(nats ? { PROSA_NATS_URL: nats } : {}),
  })
  const children: ChildProcess[] = []
  const start = async (which: 0 | 1) => {
    const log = `${name}-prosa-${which + 1}.log`
    const child = launch('prosa', ['serve'], env(ports[which]), log)
    children[which + 1] = child
    await answers(child, `http://127.0.0.1:${ports[which]}/healthz`, log)
  }
  const kill = async (which: 0 | 1) => {
    const child = children[which + 1]
    if (child) await end(child, 'SIGKILL')
  }
  const stop = async () => {
    await Promise.all(fronts.map(front => front.stop()))
    await Promise.all(children.map(child => end(child, 'SIGTERM')))
    await rm(data, { recursive: true, force: true })
    await run('psql', [postgres, '-q', '-c', `drop database if exists ${database} with (force)`])
  }
  try {
    await run(join(binaries, 'prosa'), ['demo'], { env: env(one), cwd: data })
    const simLog = `${name}-graph-sim.log`
    children[0] = launch('graph-sim', ['--addr', `127.0.0.1:${simPort}`, '--webhook', `${fronts[0].url}/webhooks/meta`, '--prosa-url', fronts[0].url], clean, simLog)
    await answers(children[0], `${sim}/sim/sent`, simLog)
    // Both at once, as after an update: the migrations have run, and each finds the other.
    await Promise.all([start(0), start(1)])
    await Promise.all(fronts.map(front => front.start()))
    return {
      fronts: [fronts[0].url, fronts[1].url],
      processes: [`http://127.0.0.1:${one}`, `http://127.0.0.1:${two}`],
      sim,
      kill,
      start,
      stop,
    }
  } catch (error) {
    await stop().catch(() => undefined)
    throw error
  }
}
