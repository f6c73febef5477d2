import { ByteWriter } from "@syncline/clock/bytes"
import { compareUtf8, type DocumentId } from "@syncline/core"
import { type DocumentEntry, readEntries, writeEntry } from "./document-entry.ts"
import type { Segment } from "./segment.ts"
import { bytesOf, damaged, decodeStored, ownBytes } from "./stored-bytes.ts"

/** Entries held back at most: some twenty milliseconds to write out, four megabytes of memory, and what is read at an opening after a crash. */
const maxHeld = 16_384

/**
 * Entries that are newer than those of the pages. A row a document and append is what most of an append would cost, so
 * the entries of an append go along with its last segment, or as one row into `pending` where it has no record, and
 * thousands at a time, in the order of the pages, from there into them (`EntryPages.merge`). All of them are in memory,
 * and whoever reads asks here first.
 */
export class HeldEntries {
  readonly #entries: Map<DocumentId, DocumentEntry> = new Map()
  #sorted: DocumentId[] | undefined
  #written = 0
  #rows = 0

  /** Whether the next append should write them out first. */
  get isFull(): boolean {
    return this.#written >= maxHeld
  }

  get isEmpty(): boolean {
    return this.#written === 0
  }

  /** Key of the next row in `pending`. */
  get nextKey(): number {
    return this.#rows
  }

  get(id: DocumentId): DocumentEntry | undefined {
    return this.#entries.get(id)
  }

  /** All, by id. */
  all(): readonly DocumentEntry[] {
    return this.between("", undefined)
  }

  /** Those from one id on and before another, by id. */
  between(from: string, before: string | undefined): readonly DocumentEntry[] {
    this.#sorted ??= [...this.#entries.keys()].sort(compareUtf8)
    const sorted = this.#sorted
    const end = before === undefined ? sorted.length : firstFrom(sorted, before)
    const ids = sorted.slice(firstFrom(sorted, from), end)
    return ids.flatMap(id => this.#entries.get(id) ?? [])
  }

  /** These entries are written, in a row of `pending` or not. */
  add(entries: Iterable<DocumentEntry>, isPending: boolean): void {
    let count = 0
    for (const entry of entries) {
      if (!this.#entries.has(entry.id)) this.#sorted = undefined
      this.#entries.set(entry.id, entry)
      count++
    }
    if (isPending) this.#rows++
    this.#written += count
  }

  /** All are in the pages. */
  clear(): void {
    this.#entries.clear()
    this.#sorted = undefined
    this.#written = 0
    this.#rows = 0
  }

  /**
   * Takes in what an earlier session left: segments that are newer than the pages, and the rows of `pending`.
   *
   * @throws SynclineError `store-corrupt` when a row is missing.
   */
  load(segments: readonly Segment[], rows: readonly unknown[]): void {
    const pending = rows.map(row => unpackPending(bytesOf(row, "a row of pending entries")))
    if (pending.some(({ key }, index) => key !== index))
      throw damaged("the list of pending entries", "has a gap")
    let at = 0
    const takePending = (before: number): void => {
      for (let row = pending[at]; row !== undefined && row.end < before; row = pending[++at])
        this.add(row.entries, true)
    }
    // A row of `pending` came after the log had reached its end, and before it went on.
    for (const { entries, documents, key } of segments) {
      takePending(entries[0]?.position ?? key)
      if (documents !== undefined) this.add(unpackEntries(documents), false)
    }
    takePending(Number.POSITIVE_INFINITY)
  }
}

/** The row of an append without records, made when the log ended at `end`. */
export function packPending(key: number, end: number, entries: readonly DocumentEntry[]): Uint8Array {
  const writer = new ByteWriter(256 * entries.length + 16)
  writer.varUint(key)
  writer.varUint(end)
  for (const entry of entries) writeEntry(writer, entry)
  return ownBytes(writer.finish())
}

function unpackPending(row: Uint8Array): {
  readonly key: number
  readonly end: number
  readonly entries: readonly DocumentEntry[]
} {
  return decodeStored(row, "a row of pending entries", reader => {
    const key = reader.varUint()
    const end = reader.varUint()
    return { key, end, entries: readEntries(reader) }
  })
}

function unpackEntries(bytes: Uint8Array): readonly DocumentEntry[] {
  return decodeStored(bytes, "the entries beside a segment of the log", readEntries)
}

/** Index of the first that is not before `from`. */
export function firstFrom(sorted: readonly string[], from: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareUtf8(sorted[middle] ?? "", from) < 0) low = middle + 1
    else high = middle
  }
  return low
}
