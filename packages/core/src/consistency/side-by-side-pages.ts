import { collectionOf, type DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import type { IdRange, SinkEntry, SinkSession } from "../projection/sink.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"
import type { StoredHead } from "../store/store.ts"
import { afterPrefix, collectionOfPrefix } from "./id-prefix.ts"
import type { SinkAnswers } from "./sink-answers.ts"

/** Which ids, from where, in steps of how many, and until when. */
export interface Walk {
  /** All ids begin so; empty: all ids. */
  readonly prefix: string
  /** Begins strictly after this id. */
  readonly after?: string | undefined
  readonly pageSize: number
  readonly signal: AbortSignal | undefined
}

/** Documents that follow each other in id order, and the range of ids in which no others are. */
export interface HeadPage {
  /** Those a sink takes. */
  readonly heads: readonly StoredHead[]
  readonly range: IdRange
  readonly collection: string | undefined
  /** The next page begins after it; `undefined`: there is none. */
  readonly last: string | undefined
}

/** One more than documents a page, so that a range with a record for each is known to be exhausted after one page. */
const entryLimit = 1001

/**
 * The documents whose ids begin so, page by page. An id that is the prefix itself is not among them.
 *
 * @throws SynclineError `aborted`.
 */
export async function* headPages(
  source: ProjectionSource,
  { collections }: Pick<SinkSession, "collections">,
  { prefix, after, pageSize, signal }: Walk
): AsyncGenerator<HeadPage> {
  const collection = collectionOfPrefix(prefix)
  let from = after ?? (prefix === "" ? undefined : prefix)
  for (;;) {
    throwIfAborted(signal)
    const read = await source.scanHeads(from as DocumentId | undefined, pageSize, collection)
    const within = prefix === "" ? read : read.filter(({ id }) => id.startsWith(prefix))
    const last = within.length < pageSize ? undefined : within.at(-1)?.id
    const heads =
      collections === undefined ? within : within.filter(({ id }) => collections.has(collectionOf(id)))
    yield { heads, range: rangeOf(from, last ?? afterPrefix(prefix)), collection, last }
    if (last === undefined) return
    from = last
  }
}

/**
 * The records of a range whose ids begin so, page by page.
 *
 * @throws SynclineError `aborted`; `sink-failed` where they do not ascend, for then they might never end; and what the sink answers with.
 */
export async function* entryPages(
  answers: SinkAnswers,
  range: IdRange,
  { prefix }: Walk,
  contents: boolean
): AsyncGenerator<readonly SinkEntry[]> {
  for (let after = range.after; ; ) {
    const page = { ...rangeOf(after, range.through), limit: entryLimit, contents }
    const entries = await answers.to(session => session.scan(page))
    mustAscend(entries, after)
    // The end of a range is in it, and is the first id that does not begin so.
    yield entries.at(-1)?.id.startsWith(prefix) === false ? entries.slice(0, -1) : entries
    if (entries.length < entryLimit) return
    after = entries.at(-1)?.id
  }
}

function mustAscend(entries: readonly SinkEntry[], after: string | undefined): void {
  let last = after
  for (const { id } of entries) {
    if (last !== undefined && compareUtf8(id, last) <= 0)
      throw coreError(
        "sink-failed",
        `the sink listed record "${id}" after "${last}"; it has to list ids ascending, each once, after the one asked for`
      )
    last = id
  }
}

/** All ids that begin so, but the prefix itself; the end of the range does not. */
export function rangeOfPrefix(prefix: string): IdRange {
  return rangeOf(prefix === "" ? undefined : prefix, afterPrefix(prefix))
}

function rangeOf(after: string | undefined, through: string | undefined): IdRange {
  return { ...(after === undefined ? {} : { after }), ...(through === undefined ? {} : { through }) }
}
