import { isDeepStrictEqual } from "node:util"
import { replace } from "@syncline/core"
import type { Fleet } from "./fleet.ts"
import type { Place } from "./setting.ts"

/** Where all replicas disagree at the end, and nobody writes after them: so what policies say is what shows. */
export interface LastWord {
  readonly place: Place
  readonly ranks: readonly number[]
  readonly names: readonly string[]
}

/** Lets all replicas write what policies settle, each without the others; `undefined` where the document is deleted. */
export async function writeLastWords(fleet: Fleet, place: Place): Promise<LastWord | undefined> {
  const documents = await fleet.during(fleet.everywhere(place))
  if (documents.some(({ deleted }) => deleted)) return undefined
  for (const line of fleet.lines) fleet.network.partition(line)
  const names = fleet.seats.map(({ name }) => name)
  // Above all that edits set: who sets what is there already writes nothing, and has no say.
  const ranks = names.map((_, at) => 100 + fleet.random.integer(100) * names.length + at)
  for (const [at, document] of documents.entries()) {
    document.change(draft => {
      draft.title = `last of ${names[at]}`
      draft.rank = ranks[at]
      draft["p"] = replace([`last of ${names[at]}`])
      draft.meta["a"] = `last of ${names[at]}`
    })
    await fleet.pass(1)
  }
  return { place, ranks, names }
}

/**
 * Compares a document at rest with what its policies are for. Not where somebody folded: what was there is not to be read
 * any more, and some records stay open.
 */
export async function checkLastWords(
  fleet: Fleet,
  { place, ranks, names }: LastWord,
  fail: (what: string) => never
): Promise<void> {
  const [document] = await fleet.everywhere(place)
  if (document === undefined) return
  const { title, rank, p, meta } = document.value
  const words = names.map(name => `last of ${name}`)
  // They wrote one after the other.
  const expected = { title: words.at(-1), rank: Math.max(...ranks), p: [...words].sort(byText), a: words[0] }
  const shown = { title, rank, p: Array.isArray(p) ? p.map(String).sort(byText) : p, a: meta["a"] }
  if (!isDeepStrictEqual(shown, expected))
    fail(`policies settled ${document.id} as ${JSON.stringify(shown)}, not as ${JSON.stringify(expected)}`)
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
