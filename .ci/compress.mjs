// Writes NAME.br and NAME.gz beside a file, so that the server only has to send them.
import { readFile, writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'

const brotli = promisify(zlib.brotliCompress)
const gzip = promisify(zlib.gzip)
const compressible = new Set(['.js', '.mjs', '.css', '.wasm', '.html', '.svg', '.json', '.webmanifest', '.txt', '.xml', '.ico'])

/** Smaller files than this do not get smaller on the wire. */
const smallest = 256

export const isCompressible = (name, size) => size >= smallest && compressible.has(extname(name))

/** Compresses one file; `quality` is brotli's, 0 to 11. Answers the sizes in bytes. */
export async function compress(path, quality) {
  const raw = await readFile(path)
  if (!isCompressible(path, raw.length)) return { raw: raw.length, br: raw.length, gz: raw.length }
  const [br, gz] = await Promise.all([
    brotli(raw, { params: {
      [zlib.constants.BROTLI_PARAM_QUALITY]: quality,
      [zlib.constants.BROTLI_PARAM_LGWIN]: 22,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: raw.length,
    } }),
    gzip(raw, { level: quality > 9 ? 9 : quality }),
  ])
  await Promise.all([writeFile(`${path}.br`, br), writeFile(`${path}.gz`, gz)])
  return { raw: raw.length, br: br.length, gz: gz.length }
}
