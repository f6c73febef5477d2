import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import type { DocumentId, StoredHead } from "@syncline/core"

/** A document's head, and where its records are. */
export interface DocumentEntry {
  readonly id: DocumentId
  /** Position of its newest record, 0 before the first. */
  readonly position: number
  /** Its records at and below this position are dropped. */
  readonly dropped: number
  /** Positions of its newest records, newest first, at most `maxLinks`; dropped ones may be among them. */
  readonly recent: readonly number[]
  readonly digest: Uint8Array
  readonly body: Uint8Array
}

/**
 * How many of a document's records each record leads to. IndexedDB answers many requests at once as fast as one, so a
 * long document is read in steps of this many; each costs a byte or two.
 */
export const maxLinks = 32

const digestBytes = 32
const longestId = 65_536
const longestBody = 2 ** 31

/** Appends positions, newest first. */
export function writeLinks(writer: ByteWriter, from: number, links: readonly number[]): void {
  writer.varUint(links.length)
  let last = from
  for (const link of links) {
    writer.varUint(last - link)
    last = link
  }
}

/** Undoes `writeLinks`; refuses positions that are not descending from `from` on. */
export function readLinks(reader: ByteReader, from: number): number[] {
  const links: number[] = []
  let last = from
  for (let left = reader.varUint(maxLinks); left > 0; left--) {
    last -= reader.varUint(last)
    links.push(last)
  }
  return links
}

/** Appends an entry. */
export function writeEntry(writer: ByteWriter, entry: DocumentEntry): void {
  writer.varString(entry.id)
  writer.varUint(entry.position)
  writer.varUint(entry.dropped)
  writeLinks(writer, entry.position, entry.recent)
  writer.bytes(entry.digest)
  writer.varBytes(entry.body)
}

/** Undoes `writeEntry`. The entry's bytes are views of what is read. */
function readEntry(reader: ByteReader): DocumentEntry {
  const id = reader.varString(longestId) as DocumentId
  const position = reader.varUint()
  const dropped = reader.varUint(position)
  const recent = readLinks(reader, position)
  const digest = reader.bytes(digestBytes)
  return { id, position, dropped, recent, digest, body: reader.varBytes(longestBody) }
}

/** Undoes `packEntries`. */
export function readEntries(reader: ByteReader): readonly DocumentEntry[] {
  const entries: DocumentEntry[] = []
  while (reader.remaining > 0) entries.push(readEntry(reader))
  return entries
}

/** Entries packed one after the other. */
export function packEntries(entries: readonly DocumentEntry[]): Uint8Array {
  const writer = new ByteWriter(256 * entries.length)
  for (const entry of entries) writeEntry(writer, entry)
  return writer.finish()
}

/** The head that an entry stands for, in bytes of its own. */
export function headOf({ id, position, digest, body }: DocumentEntry): StoredHead {
  return { id, position, digest: new Uint8Array(digest), body: new Uint8Array(body) }
}
