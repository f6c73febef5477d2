import { prefixesOf } from "./id-prefix.ts"
import { entryPages, headPages, rangeOfPrefix, type Walk } from "./side-by-side-pages.ts"
import type { SinkLook } from "./sink-look.ts"

/** How much was looked at, for whoever follows the progress. */
type Checked = () => number

/** The ids of all documents that a verification is about, page by page, within its budget. */
export async function* documentIds(look: SinkLook, checked?: Checked): AsyncGenerator<readonly string[]> {
  const { source, session } = look
  for (const walk of walksOver(look))
    for await (const { heads } of headPages(source, session, walk)) {
      yield heads.map(({ id }) => id)
      await look.step(heads.length, checked?.())
    }
}

/** The ids of all records that a verification is about, page by page, within its budget; those without bookkeeping are not among them. */
export async function* recordIds(look: SinkLook, checked?: Checked): AsyncGenerator<readonly string[]> {
  for (const walk of walksOver(look))
    for await (const entries of entryPages(look.session, rangeOfPrefix(walk.prefix), walk, false)) {
      yield entries.map(({ id }) => id)
      await look.step(entries.length, checked?.())
    }
}

/** How many ids there are, counted no further than to `enough`, and to the end of a page. */
export async function countIds(pages: AsyncIterable<readonly string[]>, enough: number): Promise<number> {
  let count = 0
  for await (const ids of pages) {
    count += ids.length
    if (count >= enough) break
  }
  return count
}

function walksOver({ options, pace }: SinkLook): readonly Walk[] {
  const { signal, collections } = options
  return prefixesOf("", collections).map(prefix => ({ prefix, pageSize: pace.pageSize, signal }))
}
