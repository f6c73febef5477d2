import { type DocumentId, parseDocumentId, systemPorts } from "@syncline/core"
import { SyntheticSource } from "@syncline/core/testing"
import { seededRandom } from "../harness/seeded-random.ts"

/** What the measured documents hold: a note of a few hundred bytes, as JSON. */
export interface BenchNote {
  readonly title: string
  readonly body: string
  readonly done: boolean
  readonly rank: number
  readonly tags: readonly string[]
}

const words = "local first sync merges what people write apart and keeps every table equal to it".split(" ")

/** Keys as drawn at random, so that rows land all over an index, or as times and paths come, each after the last. */
export type KeyOrder = "random keys" | "ascending keys"

/** A source with that many documents, each in its first version. */
export function filledSource(
  count: number,
  order: KeyOrder
): { readonly source: SyntheticSource; readonly ids: readonly DocumentId[] } {
  const source = new SyntheticSource(systemPorts())
  const random = seededRandom(count)
  const ids = Array.from({ length: count }, (_, index) =>
    parseDocumentId(`notes/${random().toString(36).slice(2, 12)}${index.toString(36)}`)
  )
  if (order === "ascending keys") ids.sort()
  for (const id of ids) source.put(id, { ...noteOf(random) })
  return { source, ids }
}

/** That many notes in the order of their ids, without holding them: the same ones for the same number. */
export function* benchNotes(count: number): Iterable<{ readonly id: string; readonly note: BenchNote }> {
  const random = seededRandom(count)
  const digits = `${count}`.length
  for (let index = 0; index < count; index++)
    yield { id: `notes/${`${index}`.padStart(digits, "0")}`, note: noteOf(random) }
}

function noteOf(random: () => number): BenchNote {
  const text = (length: number): string =>
    Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(" ")
  return {
    title: text(2 + random() * 6),
    body: text(20 + random() * 80),
    done: random() < 0.5,
    rank: random(),
    tags: Array.from({ length: Math.floor(random() * 5) }, () => text(1))
  }
}
