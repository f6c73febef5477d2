import {
  checkBatch,
  type DocumentId,
  type DocumentWrite,
  type LogEnd,
  rememberedPositions,
  type StoreBatch
} from "@syncline/core"
import type { IdbKey } from "../driver/idb-driver.ts"
import { type DocumentEntry, maxLinks, packEntries } from "./document-entry.ts"
import { packPending } from "./held-entries.ts"
import { cutSegments, type LogEntry, packSegment, type Segment, withoutRecord } from "./segment.ts"
import { stores } from "./store-schema.ts"
import type { StoreWrite } from "./store-write.ts"
import { keyOfText, ownBytes } from "./stored-bytes.ts"
import { findEntries, type StoredState } from "./stored-state.ts"
import { forget } from "./sweep.ts"

/** What an append writes, and what is so once that is done. */
export interface BatchPlan {
  readonly writes: readonly StoreWrite[]
  readonly entries: readonly DocumentEntry[]
  readonly end: LogEnd
  readonly swept: number
}

/**
 * Works out an append. Reads what it needs, which the session's turn keeps as it is; changes nothing.
 *
 * @throws what `checkBatch` throws.
 */
export async function planBatch(state: StoredState, batch: StoreBatch): Promise<BatchPlan> {
  const { documents, values = [] } = batch
  const known = await findEntries(
    state,
    documents.map(({ head }) => head.id)
  )
  const end = checkBatch(state.end, batch, id => known.get(id)?.position)
  const changed = new Map<DocumentId, DocumentEntry>()
  const added: LogEntry[] = []
  for (const write of documents)
    addWrite(write, changed.get(write.head.id) ?? known.get(write.head.id), changed, added)
  const rewritten = await strip(state, known, changed)
  const isDropping = documents.some(({ dropThrough }) => dropThrough !== undefined)
  const swept = isDropping
    ? await forget(state, changed, rewritten, state.end.position - rememberedPositions)
    : state.swept
  const kept = added.map(entry => (isDropped(entry, changed) ? withoutRecord(entry) : entry))
  const entries = [...changed.values()]
  return {
    entries,
    end,
    swept,
    writes: [
      ...segmentsOf(kept, entries).map(segmentWrite),
      ...[...rewritten.values()].map(segment => segmentWrite(withoutFolded(segment, state.folded))),
      ...(kept.length === 0 && entries.length > 0 ? [pendingWrite(state, entries)] : []),
      ...documents.flatMap(baseWrite),
      ...values.map(({ space, key, value }) => valueWrite(space, key, value)),
      ...(swept > state.swept ? [{ store: stores.meta, key: "swept", value: swept }] : [])
    ]
  }
}

/** What is appended; the documents' entries go along with the last segment. */
function segmentsOf(added: readonly LogEntry[], entries: readonly DocumentEntry[]): Segment[] {
  const segments = cutSegments(added)
  const last = segments.pop()
  return last === undefined ? [] : [...segments, { ...last, documents: packEntries(entries) }]
}

/** Entries that are in the pages need not be written again. */
function withoutFolded({ key, entries, documents }: Segment, folded: number): Segment {
  return { key, entries, ...(documents !== undefined && key > folded && { documents }) }
}

function addWrite(
  { head, record, dropThrough }: DocumentWrite,
  before: DocumentEntry | undefined,
  changed: Map<DocumentId, DocumentEntry>,
  added: LogEntry[]
): void {
  const { id, position } = head
  const links = before?.recent ?? []
  if (record !== undefined)
    added.push({ position, document: id, hash: record.logHash, links, record: record.bytes })
  changed.set(id, {
    id,
    position,
    dropped: Math.max(before?.dropped ?? 0, Math.min(dropThrough ?? 0, position)),
    recent: record === undefined ? links : [position, ...links].slice(0, maxLinks),
    digest: new Uint8Array(head.digest),
    body: new Uint8Array(head.body)
  })
}

/** Takes dropped records out of the segments that are stored; gives those that changed, by key. */
async function strip(
  { chain, segments }: StoredState,
  known: ReadonlyMap<DocumentId, DocumentEntry>,
  changed: ReadonlyMap<DocumentId, DocumentEntry>
): Promise<Map<number, Segment>> {
  const positions: number[] = []
  for (const [id, { dropped }] of changed) {
    const before = known.get(id)
    if (before === undefined || dropped <= before.dropped) continue
    for (const { position } of await chain.records(before, 0))
      if (position <= dropped) positions.push(position)
  }
  const rewritten = new Map<number, Segment>()
  for (let at = 0; at < positions.length; at += maxLinks) {
    const wanted = positions.slice(at, at + maxLinks).sort((a, b) => b - a)
    for (const segment of await segments.around(wanted))
      if (segment.entries.some(entry => isDropped(entry, changed)))
        rewritten.set(segment.key, {
          ...segment,
          entries: segment.entries.map(entry => (isDropped(entry, changed) ? withoutRecord(entry) : entry))
        })
  }
  return rewritten
}

function isDropped(
  { document, position, record }: LogEntry,
  changed: ReadonlyMap<DocumentId, DocumentEntry>
): boolean {
  return record !== undefined && position <= (changed.get(document)?.dropped ?? 0)
}

function segmentWrite(segment: Segment): StoreWrite {
  const { key, entries } = segment
  return { store: stores.log, key, ...(entries.length > 0 && { value: packSegment(segment) }) }
}

function pendingWrite({ end, held }: StoredState, entries: readonly DocumentEntry[]): StoreWrite {
  const key = held.nextKey
  return { store: stores.pending, key, value: packPending(key, end.position, entries) }
}

function baseWrite({ head, base }: DocumentWrite): StoreWrite[] {
  return base === undefined ? [] : [{ store: stores.bases, key: keyOfText(head.id), value: ownBytes(base) }]
}

function valueWrite(space: string, key: string, value: Uint8Array | null): StoreWrite {
  const at: IdbKey = [keyOfText(space), keyOfText(key)]
  return { store: stores.values, key: at, ...(value !== null && { value: { key, value: ownBytes(value) } }) }
}
