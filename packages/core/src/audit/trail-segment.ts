import { pack, protect, unpack, unprotect } from "../codec/envelope.ts"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { StoreSession, ValueWrite } from "../store/store.ts"
import { valuePages, valuesIn } from "../store/value-pages.ts"
import type { AuditEntry } from "./audit-entry.ts"

const space = "audit"

/** Version of the form segments have in the store. */
const form = 1

/** No id of a document has it, and it comes before all that such an id may go on with. */
const separator = "\n"

/** Entries of a segment: enough of a kind for DEFLATE to find what they share, few enough to be rewritten for one of them. */
const maxSegmentEntries = 256

/** Characters after which a segment ends: what is in memory while a trail is read. */
const maxSegmentChars = 256 * 1024

/** Far above what a segment can have: one entry holds a patch, annotations of 64 KiB, and paths. */
const maxSegmentBytes = 256 * 1024 * 1024

/** Segments read at a time. */
const segmentsAtOnce = 4

/** Consecutive entries of one trail, kept together. */
export interface TrailSegment {
  /** When they were written here, Unix milliseconds. */
  readonly keptAtMs: number
  readonly entries: readonly AuditEntry[]
}

interface SegmentHeader {
  readonly form: number
  readonly keptAtMs: number
}

/** Puts entries into segments, in order. */
export function segmentsOf(entries: readonly AuditEntry[], keptAtMs: number): readonly TrailSegment[] {
  const segments: TrailSegment[] = []
  let open: AuditEntry[] = []
  let chars = 0
  for (const entry of entries) {
    open.push(entry)
    chars += JSON.stringify(entry).length
    if (open.length < maxSegmentEntries && chars < maxSegmentChars) continue
    segments.push({ keptAtMs, entries: open })
    open = []
    chars = 0
  }
  return open.length === 0 ? segments : [...segments, { keptAtMs, entries: open }]
}

/** A segment as a small value, under the index of its last entry: so a search by index ends at the segment that has it. */
export function segmentWrite(document: DocumentId, { keptAtMs, entries }: TrailSegment): ValueWrite {
  const lines = [{ form, keptAtMs }, ...entries].map(line => JSON.stringify(line))
  const value = protect(pack(new TextEncoder().encode(lines.join("\n"))))
  return { space, key: keyOf(document, entries.at(-1)?.index ?? 0), value }
}

/** Takes out the segment with this last entry. */
export function segmentRemoval(document: DocumentId, last: number): ValueWrite {
  return { space, key: keyOf(document, last), value: null }
}

/** The segments of a trail with entries after an index, in order; a few are read at a time. */
export async function* trailSegments(
  session: StoreSession,
  document: DocumentId,
  after: number
): AsyncGenerator<TrailSegment> {
  const prefix = `${document}${separator}`
  for await (const page of valuePages(valuesIn(session, space), segmentsAtOnce, keyOf(document, after)))
    for (const { key, value } of page) {
      if (!key.startsWith(prefix)) return
      yield decode(document, value)
    }
}

/** As many digits for every index, so that keys stand in their order. */
function keyOf(document: DocumentId, last: number): string {
  return `${document}${separator}${String(last).padStart(16, "0")}`
}

/** @throws SynclineError `store-newer`, `store-corrupt` */
function decode(document: DocumentId, value: Uint8Array): TrailSegment {
  let header: SegmentHeader
  let entries: readonly AuditEntry[]
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(unpack(unprotect(value), maxSegmentBytes))
    const [first = "", ...lines] = text.split("\n")
    header = JSON.parse(first) as SegmentHeader
    entries = header.form === form ? lines.map(line => JSON.parse(line) as AuditEntry) : []
  } catch (cause) {
    throw coreError(
      "store-corrupt",
      `a part of the audit trail of "${document}" does not decode; restore a copy`,
      {
        cause,
        details: { document }
      }
    )
  }
  if (header.form !== form)
    throw coreError(
      "store-newer",
      `the audit trail of "${document}" was written by a newer Syncline; upgrade`
    )
  return { keptAtMs: header.keptAtMs, entries }
}
