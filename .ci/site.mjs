// Assembles what browsers load:
//   OUT/pkg/<build id>/{app.js,__wasm_split.js,app_bg.wasm,main.css}   the first load
//   OUT/pkg/<build id>/{split_*,chunk_*}.wasm, office.css   areas that come later, and the styles of one
//   OUT/pkg/<build id>/emoji-*.json                    names of emoji, for their picker
//                                                      immutable, all of them; the build id is the hash of their contents
//   OUT/build.txt                                      the build id of now, written last
//   OUT/widget.js, widget-frame.js, …                  the chat widget
//   OUT/…                                              everything of public/
// Every compressible file has its .br and .gz beside it.
//   node .ci/site.mjs --dev|--release --wasm FOLDER --out FOLDER
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { compress, isCompressible } from './compress.mjs'
import { emojiFiles } from './emoji.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const { build, transform } = createRequire(join(root, 'app/package.json'))('esbuild')
const browsers = ['chrome120', 'edge120', 'firefox121', 'safari17.2']

const { values: option } = parseArgs({ options: {
  dev: { type: 'boolean' }, release: { type: 'boolean' }, wasm: { type: 'string' }, out: { type: 'string' },
} })
const out = resolve(option.out)
const quality = option.release ? 11 : 5
const kept = 2

/** Every file under a folder, as paths relative to it, sorted. */
async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter(e => e.isFile()).map(e => relative(folder, join(e.parentPath ?? e.path, e.name))).sort()
}

const common = { bundle: true, minify: true, target: browsers, legalComments: 'none', logLevel: 'warning', write: false }

/** Addresses from the root, such as url(/icons.svg), stay as they are. */
const rootAddresses = {
  name: 'root-addresses',
  setup({ onResolve }) {
    onResolve({ filter: /^\// }, ({ path, kind }) => (kind === 'url-token' ? { path, external: true } : undefined))
  },
}
/** One minified style sheet. */
async function styles(entry) {
  const result = await build({ ...common, entryPoints: [entry], plugins: [rootAddresses] })
  return result.outputFiles[0].contents
}

/** A style sheet that a script imports arrives as its minified text. */
const stylesAsText = {
  name: 'styles-as-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: Buffer.from(await styles(path)).toString(), loader: 'text' }))
  },
}
async function script(entry) {
  const result = await build({ ...common, entryPoints: [entry], format: 'iife', loader: { '.html': 'text', '.svg': 'text' }, plugins: [stylesAsText] })
  return result.outputFiles[0].contents
}

/** The folder pkg/<build id>; answers the id and the sizes. */
async function pack() {
  const stage = join(out, 'pkg', `.stage-${process.pid}`)
  await rm(stage, { recursive: true, force: true })
  await mkdir(stage, { recursive: true })
  try {
    await cp(option.wasm, stage, { recursive: true })
    if (option.release) {
      for (const name of (await filesOf(stage)).filter(name => name.endsWith('.js'))) {
        const { code } = await transform(await readFile(join(stage, name), 'utf8'), { format: 'esm', minify: true, target: browsers, legalComments: 'none', logLevel: 'error' })
        await writeFile(join(stage, name), code)
      }
    }
    for (const [name, contents] of await emojiFiles(join(root, 'app/node_modules'))) await writeFile(join(stage, name), contents)
    for (const name of ['main.css', 'office.css']) await writeFile(join(stage, name), await styles(join(root, 'style', name)))
    const names = await filesOf(stage)
    const hash = createHash('sha256')
    for (const name of names) hash.update(`${name}\0`).update(createHash('sha256').update(await readFile(join(stage, name))).digest())
    const id = hash.digest('hex').slice(0, 12)
    const home = join(out, 'pkg', id)
    if (!existsSync(home)) {
      // While developing, the Wasm is large, changes all the time and travels nowhere.
      const wanted = option.release ? names : names.filter(name => !name.endsWith('.wasm'))
      await Promise.all(wanted.map(name => compress(join(stage, name), quality)))
      await rename(stage, home)
    }
    const now = new Date()
    await utimes(home, now, now)
    return { id, home, names }
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

/** The files at the root of the site: name → contents. */
async function rootFiles(id, packed) {
  const files = new Map()
  const from = join(root, 'public')
  for (const name of existsSync(from) ? await filesOf(from) : []) files.set(name, await readFile(join(from, name)))
  // The service worker keeps its caches by build: it is told which one it belongs to, and its files.
  // Emoji are not worth a place on every device: they come when somebody opens the picker.
  const list = packed.filter(name => !name.startsWith('emoji-')).map(name => `'${name}'`).join(', ')
  if (files.has('sw.js')) files.set('sw.js', Buffer.from(files.get('sw.js').toString().replaceAll('__BUILD_ID__', id).replace("'__PKG_FILES__'", list)))
  const widget = join(root, 'app/widget')
  const add = async (name, source, make) => {
    if (existsSync(join(widget, source))) files.set(name, await make(join(widget, source)))
  }
  await add('widget.js', 'loader.ts', script)
  await add('widget-frame.js', 'frame.ts', script)
  await add('widget-frame.css', 'frame.css', styles)
  await add('widget-frame.html', 'frame.html', readFile)
  return files
}

async function writeRoot(files) {
  // What an earlier build wrote and this one does not is removed.
  const list = join(out, '.files')
  const [was, ...before] = existsSync(list) ? (await readFile(list, 'utf8')).split('\n').filter(Boolean) : ['']
  const how = `quality ${quality}`
  for (const name of before) if (!files.has(name)) for (const end of ['', '.br', '.gz']) await rm(join(out, name + end), { force: true })
  const stale = []
  for (const [name, contents] of files) {
    const path = join(out, name)
    const same = existsSync(path) && Buffer.compare(await readFile(path), contents) === 0
    if (same && (existsSync(`${path}.br`) || !isCompressible(name, contents.length)) && was === how) continue
    await mkdir(dirname(path), { recursive: true })
    // A browser that asks in between sees the old file or the new one, never half of one.
    await writeFile(`${path}.part`, contents)
    await rename(`${path}.part`, path)
    stale.push(path)
  }
  await Promise.all(stale.map(path => compress(path, quality)))
  await writeFile(list, [how, ...files.keys()].join('\n') + '\n')
}

/** Removes all but the newest builds: a page that is open during an update still finds its own. */
async function prune(current) {
  const folder = join(out, 'pkg')
  const found = []
  for (const name of await readdir(folder)) if (!name.startsWith('.')) found.push({ name, time: (await stat(join(folder, name))).mtimeMs })
  found.sort((a, b) => b.time - a.time)
  const others = found.map(f => f.name).filter(name => name !== current)
  const keep = new Set([current, ...others.slice(0, kept - 1)])
  for (const { name } of found) if (!keep.has(name)) await rm(join(folder, name), { recursive: true })
}

/** What is fetched only when it is needed. */
const isLater = name => /^(split|chunk)_|^emoji-|^office\.css$/.test(name)
const size = async path => (existsSync(path) ? (await stat(path)).size : 0)
const kb = bytes => `${(bytes / 1000).toFixed(1)} kB`.padStart(11)
async function report(home, names) {
  const line = (name, raw, br) => console.log(`${name.padEnd(20)}${kb(raw)} ${kb(br)}`)
  console.log(`${''.padEnd(20)}${'raw'.padStart(11)} ${'brotli'.padStart(11)}`)
  let sum = [0, 0]
  for (const name of names) {
    const raw = await size(join(home, name))
    const br = await size(join(home, `${name}.br`)) || raw
    if (!isLater(name)) sum = [sum[0] + raw, sum[1] + br]
    line(name, raw, br)
  }
  line('first load', ...sum)
  for (const name of ['widget.js', 'widget-frame.js', 'widget-frame.css'].filter(n => existsSync(join(out, n)))) {
    line(name, await size(join(out, name)), await size(join(out, `${name}.br`)) || await size(join(out, name)))
  }
}

await mkdir(join(out, 'pkg'), { recursive: true })
const { id, home, names } = await pack()
await writeRoot(await rootFiles(id, names))
const before = existsSync(join(out, 'build.txt')) ? (await readFile(join(out, 'build.txt'), 'utf8')).trim() : ''
await writeFile(join(out, 'build.txt.part'), `${id}\n`)
await rename(join(out, 'build.txt.part'), join(out, 'build.txt'))
await prune(id)
console.log(`Site ${id} in ${relative(process.cwd(), out) || out}${before === id ? ' (as before)' : ''}`)
await report(home, names)
