import { compareUtf8, type DocumentId, emptyLog, type LogEnd } from "@syncline/core"
import { type IdbDatabase, type IdbRange, keyRanges } from "../driver/idb-driver.ts"
import { DocumentChain } from "./document-chain.ts"
import type { DocumentEntry } from "./document-entry.ts"
import { EntryPages, mergePage } from "./entry-pages.ts"
import { HeldEntries } from "./held-entries.ts"
import { LogSegments } from "./log-segments.ts"
import type { Segment } from "./segment.ts"
import { stores } from "./store-schema.ts"
import { damaged } from "./stored-bytes.ts"

/** What is in a store, as one session sees it: what lies in the database, and what of it is in memory, too. */
export interface StoredState {
  readonly database: IdbDatabase
  readonly held: HeldEntries
  readonly pages: EntryPages
  readonly segments: LogSegments
  readonly chain: DocumentChain
  /** End of the log. */
  end: LogEnd
  /** Pages are current up to this position. */
  folded: number
  /** Positions at and below this one have been swept: what is dropped there is forgotten. */
  swept: number
}

/**
 * Reads what a session must know from the beginning.
 *
 * @throws SynclineError `store-corrupt`.
 */
export async function loadState(database: IdbDatabase): Promise<StoredState> {
  const segments = new LogSegments(database)
  const held = new HeldEntries()
  const [pages, last, rows, folded, swept] = await Promise.all([
    EntryPages.open(database),
    segments.last(),
    database.getAll(stores.pending),
    loadPosition(database, "folded"),
    loadPosition(database, "swept")
  ])
  const newest = last?.entries.at(-1)
  const end = { position: newest?.position ?? 0, hash: newest?.hash.slice() ?? emptyLog.hash }
  const newer: Segment[] = []
  for await (const some of segments.from(folded, swept)) newer.push(...some)
  if (folded > end.position) throw damaged("the log", `ends before position ${folded}`)
  held.load(newer, rows)
  return { database, held, pages, segments, chain: new DocumentChain(segments), end, folded, swept }
}

/** A document's entry as of now. */
export async function findEntry(
  { held, pages }: StoredState,
  id: DocumentId
): Promise<DocumentEntry | undefined> {
  return held.get(id) ?? (await pages.find(id))
}

/** Entries of several documents; those that are not there are left out. */
export async function findEntries(
  state: StoredState,
  ids: Iterable<DocumentId>
): Promise<Map<DocumentId, DocumentEntry>> {
  const found = new Map<DocumentId, DocumentEntry>()
  const others: DocumentId[] = []
  for (const id of new Set(ids)) {
    const held = state.held.get(id)
    if (held === undefined) others.push(id)
    else found.set(id, held)
  }
  for (const entry of await state.pages.findAll(others)) if (entry !== undefined) found.set(entry.id, entry)
  return found
}

/** All entries from an id on, ordered by id, a page at a time. */
export async function* entriesFrom(
  { held, pages }: StoredState,
  from: string
): AsyncGenerator<readonly DocumentEntry[]> {
  let begin = from
  for (let index = Math.max(0, pages.indexOf(from)); ; index++) {
    const next = pages.begin(index + 1)
    const page = (await pages.page(index)).filter(({ id }) => compareUtf8(id, begin) >= 0)
    yield mergePage(page, held.between(begin, next))
    if (next === undefined) return
    begin = next
  }
}

/** Rows of the `values` of one space, strictly after a key. */
export function valuesAfter(space: ArrayBuffer, after: ArrayBuffer | undefined): IdbRange {
  // An array comes after all bytes.
  return keyRanges().bound(after === undefined ? [space] : [space, after], [space, []], true, true)
}

async function loadPosition(database: IdbDatabase, name: string): Promise<number> {
  const value = (await database.get(stores.meta, name)) ?? 0
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value
  throw damaged(`the value ${name}`, "is no position")
}
