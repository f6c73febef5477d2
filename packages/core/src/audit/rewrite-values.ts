import { type Dot } from "@syncline/clock"
import { toHex } from "../codec/hex.ts"
import type { Commit } from "../commit/commit.ts"
import { openEngineDocument } from "../replica/document-loader.ts"
import type { DocumentState, PendingBase } from "../replica/document-state.ts"
import { applyCommits, storedCommits } from "../replica/rebuild.ts"
import type { JsonObject } from "../document/json.ts"
import type { StoredDocument, ValueWrite } from "../store/store.ts"
import type { AuditEntry, AuditRange } from "./audit-entry.ts"
import type { AuditHost } from "./audit-host.ts"
import { type TrailHead, trailHeadWrite } from "./trail-head.ts"
import { gapEntry, TrailReader, unknownChange } from "./trail-reader.ts"
import { segmentsOf, segmentWrite } from "./trail-segment.ts"
import { trailSource } from "./trail-source.ts"
import { rangesOf, rangesTaken } from "./version-ranges.ts"

/**
 * What is to be written of a trail with something that takes the place of a document's log: the entries of what is in the
 * log still, and one about what came and went. Synchronous, since nothing may come between. O(document).
 *
 * Where entries cannot be made, there is one about all of it, without a patch: never nothing.
 */
export function rewriteValues(
  host: AuditHost,
  maxPatchBytes: number,
  state: DocumentState,
  head: TrailHead,
  stored: StoredDocument | undefined,
  base: PendingBase
): readonly ValueWrite[] {
  const { id } = state
  // Only something is kept aside: the log stays as it is.
  if (base.bytes === undefined && base.dropThrough === 0) return []
  const withdrawn = rangesOf(wentOut(stored, base.out ?? []))
  const { version, stamp } = base.facts
  let entries: readonly AuditEntry[]
  try {
    const source = trailSource(host, id, head, stored?.base, maxPatchBytes)
    const after = { version, stamp, value: valueAfter(host, state, stored, base) }
    const replaced = (isTorn: boolean) =>
      entriesOf(new TrailReader({ ...source, isTorn }), stored, after, withdrawn)
    entries = replaced(false) ?? replaced(true) ?? []
  } catch (error) {
    host.warn("the audit trail does not know what a rewritten log changed", { document: id, error })
    const taken = rangesTaken(head.covered, version, withdrawn)
    entries = [gapEntry(id, head.next, { taken, withdrawn, stamp, change: unknownChange })]
  }
  const next = (entries.at(-1)?.index ?? head.next - 1) + 1
  return [
    ...segmentsOf(entries, host.nowMs()).map(segment => segmentWrite(id, segment)),
    trailHeadWrite(id, { first: head.first, next, covered: version })
  ]
}

/** Nothing where the trail does not go with the log. */
function entriesOf(
  reader: TrailReader,
  stored: StoredDocument | undefined,
  after: Parameters<TrailReader["replace"]>[0],
  withdrawn: readonly AuditRange[]
): readonly AuditEntry[] | undefined {
  try {
    const entries = (stored?.records ?? []).flatMap(record => [...reader.add(record)])
    entries.push(...reader.end())
    return reader.isTorn ? undefined : [...entries, ...reader.replace(after, withdrawn)]
  } finally {
    reader.destroy()
  }
}

/** The commits among these that the log held. */
function wentOut(stored: StoredDocument | undefined, out: readonly Commit[]): readonly Dot[] {
  if (out.length === 0) return []
  const hashes = new Set(out.map(({ hash }) => toHex(hash)))
  return storedCommits(stored).flatMap(({ dot, hash }) => (hashes.has(toHex(hash)) ? [dot] : []))
}

/** What the document holds once this is stored, without what is pending. */
function valueAfter(
  host: AuditHost,
  { id }: DocumentState,
  stored: StoredDocument | undefined,
  { bytes, restored }: PendingBase
): JsonObject {
  const base = bytes ?? stored?.base
  const document = openEngineDocument(
    { ...(base === undefined ? {} : { base }), records: [] },
    host.setupOf(id)
  )
  try {
    applyCommits(document, restored)
    return document.value()
  } finally {
    document.destroy()
  }
}
