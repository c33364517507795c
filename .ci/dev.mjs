// Watches the sources, rebuilds what a change touches, restarts the server. Pages that are open reload by themselves: the
// server tells them the new build id.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'

const target = process.env.CARGO_TARGET_DIR ?? 'target'
const data = process.env.PROSA_DATA_DIR ?? './var'
const address = process.env.PROSA_ADDR ?? '127.0.0.1:3000'
const simAddress = process.env.GRAPH_SIM_ADDR ?? '127.0.0.1:3010'
const env = {
  ...process.env,
  PROSA_ADDR: address,
  PROSA_DATA_DIR: data,
  PROSA_GRAPH_URL: process.env.PROSA_GRAPH_URL ?? `http://${simAddress}`,
  PROSA_SMTP_URL: process.env.PROSA_SMTP_URL ?? `file:${join(data, 'mail')}`,
  PROSA_MAIL_FROM: process.env.PROSA_MAIL_FROM ?? 'Prosa <prosa@prosa.example>',
  PROSA_SITE_DIR: process.env.PROSA_SITE_OUT ?? 'target/site',
}
const binary = name => join(target, 'debug', name)
const say = text => console.log(`\x1b[1m[dev] ${text}\x1b[0m`)

/** Runs a program to its end; answers whether it went well. */
const run = (program, args) => new Promise(done => {
  const child = spawn(program, args, { stdio: 'inherit', env })
  child.on('error', error => { console.error(error.message); done(false) })
  child.on('exit', code => done(code === 0))
})

/** A program that stays: started, and ended before it is started again. */
class Service {
  constructor(name, args) { Object.assign(this, { name, args, child: null }) }
  async restart() {
    await this.stop()
    const child = spawn(binary(this.name), this.args, { stdio: 'inherit', env })
    child.on('error', error => console.error(error.message))
    child.on('exit', code => { if (this.child === child) { this.child = null; say(`${this.name} ended (${code}); it starts again after the next change`) } })
    this.child = child
  }
  stop() {
    const child = this.child
    this.child = null
    if (!child || child.exitCode !== null) return Promise.resolve()
    return new Promise(done => {
      const force = setTimeout(() => child.kill('SIGKILL'), 5000)
      child.on('exit', () => { clearTimeout(force); done() })
      child.kill('SIGTERM')
    })
  }
}
const prosa = new Service('prosa', ['serve'])
const sim = new Service('graph-sim', [
  '--addr', simAddress, '--webhook', `http://${address}/webhooks/meta`, '--prosa-url', `http://${address}`, '--data', join(data, 'graph-sim'),
])

/** What a changed file makes necessary, as a set of: site, wasm, server, sim. */
function needs(path) {
  if (/(^|\/)(node_modules|target|test-results|\.git)(\/|$)|~$|\.sw[px]$|\.part$/.test(path)) return []
  if (path.startsWith('style/') || path.startsWith('public/') || path.startsWith('app/widget/')) return ['site']
  if (path.startsWith('server/graph-sim/')) return ['sim']
  if (path.startsWith('app/')) return /\.(rs|toml|json|sql)$/.test(path) ? ['server', 'wasm', 'site'] : []
  if (path.startsWith('server/')) return /\.(rs|toml|json|sql)$/.test(path) ? ['server'] : []
  if (/^(Cargo\.(toml|lock)|\.cargo\/config\.toml)$/.test(path)) return ['server', 'sim', 'wasm', 'site']
  return []
}

const waiting = new Set()
let busy = false
let timer
function changed(path) {
  const parts = needs(path)
  if (parts.length === 0) return
  for (const part of parts) waiting.add(part)
  clearTimeout(timer)
  // Editors write several files at a time.
  timer = setTimeout(work, 150)
}

/** Watches a folder and those in it, each by itself: Node's recursive watch loses files that an editor replaces. */
const watched = new Map()
function watchFolder(folder) {
  if (watched.has(folder) || /(^|\/)(node_modules|target)$/.test(folder) || !existsSync(folder)) return
  const watcher = watch(folder, (_, name) => {
    if (!name) return
    const path = `${folder}/${name}`
    changed(path)
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) watchFolder(path)
  })
  watcher.on('error', () => { watcher.close(); watched.delete(folder) })
  watched.set(folder, watcher)
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) watchFolder(`${folder}/${entry.name}`)
}

async function work() {
  if (busy || waiting.size === 0) return
  busy = true
  const parts = new Set(waiting)
  waiting.clear()
  const begin = Date.now()
  say(`building: ${[...parts].join(', ')}`)
  let good = true
  if (parts.has('server') || parts.has('sim')) {
    const packages = [parts.has('server') && ['-p', 'server'], parts.has('sim') && ['-p', 'graph-sim']].filter(Boolean).flat()
    // Linux keeps a running program's old file: no need to stop before.
    good = await run('cargo', ['build', ...packages])
  }
  if (good && (parts.has('wasm') || parts.has('site'))) good = await run('.ci/build', [parts.has('wasm') ? 'wasm' : 'site', '--dev'])
  if (good && parts.has('sim')) await sim.restart()
  if (good && (parts.has('server') || !prosa.child)) await prosa.restart()
  say(good ? `ready after ${((Date.now() - begin) / 1000).toFixed(1)} s: http://${address}` : 'the build failed; waiting for the next change')
  const again = waiting.size > 0
  // What failed is tried again together with the next change.
  if (!good) for (const part of parts) waiting.add(part)
  busy = false
  if (again) work()
}

async function end() {
  say('ending')
  await Promise.all([prosa.stop(), sim.stop()])
  process.exit(0)
}
process.on('SIGINT', end)
process.on('SIGTERM', end)

mkdirSync(data, { recursive: true })
const fresh = !process.env.PROSA_DATABASE_URL && !readdirSync(data).some(name => name.endsWith('.db'))
say('first build')
if (!(await run('.ci/build', ['all', '--dev']))) say('the first build failed; waiting for a change')
else {
  if ((await run(binary('prosa'), ['migrate'])) && fresh) await run(binary('prosa'), ['demo'])
  await sim.restart()
  await prosa.restart()
  say(`http://${address} (simulated phone http://${simAddress}/, shop http://${simAddress}/shop)`)
}
for (const folder of ['app', 'server', 'style', 'public', '.cargo']) watchFolder(folder)
watch('.', (_, name) => name && changed(name))
