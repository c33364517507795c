// Emoji as the picker reads them: one small file for each language, from CLDR's names by way of emojibase.
//   [[[emoji, name, "word word", "tone1 tone2 tone3 tone4 tone5" or ""], …], …]   one list for each group
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** emojibase's numbers of the groups, in the picker's order; 2 holds mere parts of emoji. */
const groups = [0, 1, 3, 4, 5, 6, 7, 8, 9]
/** Devices of some years ago draw these. */
const newest = 15

/** File name → contents. */
export async function emojiFiles(modules) {
  const files = new Map()
  for (const language of ['pt', 'en', 'es']) {
    const all = JSON.parse(await readFile(join(modules, 'emojibase-data', language, 'data.json'), 'utf8'))
    const known = all.filter(each => each.version <= newest).sort((a, b) => a.order - b.order)
    const lists = groups.map(group => known.filter(each => each.group === group).map(each => {
      const tones = [1, 2, 3, 4, 5].map(tone => each.skins?.find(skin => skin.tone === tone)?.emoji)
      return [each.emoji, each.label, (each.tags ?? []).join(' '), tones.every(Boolean) ? tones.join(' ') : '']
    }))
    files.set(`emoji-${language}.json`, Buffer.from(JSON.stringify(lists)))
  }
  return files
}
