import { type DocumentId, parseDocumentId, systemPorts } from "@syncline/core"
import { SyntheticSource } from "@syncline/core/testing"
import type { BenchContext } from "../harness/bench.ts"
import { seededRandom } from "../harness/seeded-random.ts"
import { noteOf } from "./bench-note.ts"

/** Keys as drawn at random, so that rows land all over an index, or as times and paths come, each after the last. */
export type KeyOrder = "random keys" | "ascending keys"

/** How many rows a sink has that is verified; `SYNCLINE_BENCH_ROWS=1000000` takes many minutes and some gigabytes. */
export function sinkRows({ quick }: BenchContext): number {
  return quick ? 1_000 : Number(process.env["SYNCLINE_BENCH_ROWS"] ?? 100_000)
}

/** A source with that many documents, each in its first version; `longer` as of `noteOf`. */
export function filledSource(
  count: number,
  order: KeyOrder,
  longer = 1
): { readonly source: SyntheticSource; readonly ids: readonly DocumentId[] } {
  const source = new SyntheticSource(systemPorts())
  const random = seededRandom(count)
  const ids = Array.from({ length: count }, (_, index) =>
    parseDocumentId(`notes/${random().toString(36).slice(2, 12)}${index.toString(36)}`)
  )
  if (order === "ascending keys") ids.sort()
  for (const id of ids) source.put(id, { ...noteOf(random, longer) })
  return { source, ids }
}
