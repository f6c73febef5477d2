import { type DocumentId, parseDocumentId, systemPorts } from "@syncline/core"
import { SyntheticSource } from "@syncline/core/testing"
import { seededRandom } from "../harness/seeded-random.ts"
import { noteOf } from "./bench-note.ts"

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
