import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import type { Projector } from "../projection/projector.ts"
import type { CellValue } from "../projection/projected-content.ts"
import type { VectorFilter, VectorMatch } from "../projection/vector-query.ts"
import { checkVectors } from "./check-vectors.ts"
import type { VectorDefinition } from "./vectors.ts"

/** Choices for a search. */
export interface SearchOptions {
  /** Documents wanted, 1 to 1,000; default 10. */
  readonly limit?: number
  /** On columns of the payload. */
  readonly filter?: VectorFilter
  /**
   * Waits until the sink has all that is durable now; without it, a hit may be of an older version. To find a commit that was just made, await its
   * `durable` first.
   */
  readonly fresh?: boolean
  readonly signal?: AbortSignal
}

/** A document that was found. */
export interface SearchHit {
  readonly document: string
  /** Higher is nearer: the cosine, the dot product, or minus the distance. */
  readonly score: number
  /** The version that was found, as the document's height and digest then; absent where the sink's record is damaged. */
  readonly height?: number
  readonly digest?: Uint8Array
  /** The nearest of its chunks. */
  readonly text: string
  /** Where that begins in the document's text, in UTF-16 units. */
  readonly start: number
  /** That row, by column. */
  readonly row: Readonly<Record<string, CellValue>>
}

const defaultLimit = 10
const mostDocuments = 1_000
/** Rows looked for at first, for each document wanted: a document may have several near ones. */
const rowsPerDocument = 4
const mostRows = 4_096

/**
 * The documents of a table with vectors that are nearest to a text or a vector, each once, nearest first.
 *
 * ```typescript
 * const hits = await searchVectors(replica.sink("sqlite"), noteChunks, "how do I reset my password", { limit: 5 })
 * ```
 *
 * @throws SynclineError `query-invalid`; `embedding-failed` when the text cannot be embedded; `sink-failed` when the sink cannot be
 *   reached or does not search; `aborted`.
 */
export async function searchVectors(
  sink: Projector,
  { name, embed }: VectorDefinition,
  query: string | Float32Array | readonly number[],
  options: SearchOptions = {}
): Promise<readonly SearchHit[]> {
  const { limit = defaultLimit, filter, fresh = false, signal } = options
  if (!Number.isInteger(limit) || limit < 1 || limit > mostDocuments)
    throw coreError("query-invalid", `the limit is ${limit}; give a whole number from 1 to ${mostDocuments}`)
  const vector = typeof query === "string" ? await embedQuery(embed, query, signal) : Float32Array.from(query)
  if (fresh) await sink.drain(signal)
  const { session } = sink
  if (session?.nearest === undefined)
    throw coreError(
      "sink-failed",
      session === undefined
        ? `sink ${sink.name} cannot be reached; its status says why`
        : `sink ${sink.name} does not search; use one that does, for instance sqliteVecSink`
    )
  for (let rows = Math.min(mostRows, limit * rowsPerDocument); ; rows = Math.min(mostRows, rows * 4)) {
    const matches = await session.nearest({ table: name, vector, limit: rows, ...(filter && { filter }) })
    const hits = hitsOf(matches).slice(0, limit)
    if (hits.length === limit || matches.length < rows || rows === mostRows) return hits
  }
}

async function embedQuery(
  embedder: VectorDefinition["embed"],
  text: string,
  signal: AbortSignal = new AbortController().signal
): Promise<Float32Array> {
  if (text.trim() === "")
    throw coreError("query-invalid", "the text searched for is empty; give at least one word")
  try {
    signal.throwIfAborted()
    const answer = await unlessAborted(Promise.resolve(embedder.embed([text], { signal })), signal)
    const [vector] = checkVectors(answer, 1, embedder)
    return vector as Float32Array
  } catch (cause) {
    if (signal.aborted) throw coreError("aborted", "the search was given up: its signal fired", { cause })
    if (isSynclineError(cause, "options-invalid")) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw coreError("embedding-failed", `the text searched for could not be embedded: ${why}`, { cause })
  }
}

/** The embedder may not heed the signal: it is not waited for. */
async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason)
  signal.addEventListener("abort", onAbort, { once: true })
  try {
    return await Promise.race([answer, aborted.promise])
  } finally {
    signal.removeEventListener("abort", onAbort)
  }
}

/** The nearest row of each document. */
function hitsOf(matches: readonly VectorMatch[]): SearchHit[] {
  const hits = new Map<string, SearchHit>()
  for (const { id, score, key, digest, row } of matches) {
    if (hits.has(id)) continue
    hits.set(id, {
      document: id,
      score,
      ...(key && { height: key.height }),
      ...(digest && { digest }),
      text: String(row["text"]),
      start: Number(row["start"]),
      row
    })
  }
  return [...hits.values()]
}
