import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import type { DocumentId } from "@syncline/core"
import { readLinks, writeLinks } from "./document-entry.ts"
import { decodeStored, ownBytes } from "./stored-bytes.ts"

/** One position of the log. */
export interface LogEntry {
  readonly position: number
  readonly document: DocumentId
  /** The running hash of the log up to here. */
  readonly hash: Uint8Array
  /** Positions of the document's records before this one, newest first. Nothing once the record is dropped. */
  readonly links: readonly number[]
  /** Absent once it is dropped. */
  readonly record?: Uint8Array
}

/**
 * Consecutive positions of the log, packed into one row: a row costs as much as kilobytes do. Its key is the last
 * position when it was made, and stays; positions that are forgotten are taken out of it.
 */
export interface Segment {
  readonly key: number
  readonly entries: readonly LogEntry[]
  /** Documents' entries after the append that ended here, packed; wanted until they are in the pages. */
  readonly documents?: Uint8Array
}

const noDocuments = new Uint8Array(0)

/** A segment is closed when it has so much: reading one record reads its segment, dropping one writes it anew. */
const segmentBytes = 16_384

const hashBytes = 16
const longestId = 65_536
const longestRecord = 2 ** 31

/** Cuts new entries into segments. */
export function cutSegments(entries: readonly LogEntry[]): Segment[] {
  const segments: Segment[] = []
  let start = 0
  let size = 0
  for (const [index, { document, record, position }] of entries.entries()) {
    size += document.length + (record?.length ?? 0) + hashBytes
    if (size < segmentBytes && index < entries.length - 1) continue
    segments.push({ key: position, entries: entries.slice(start, index + 1) })
    start = index + 1
    size = 0
  }
  return segments
}

/** A segment's row. */
export function packSegment({ key, entries, documents = noDocuments }: Segment): Uint8Array {
  const writer = new ByteWriter(segmentBytes + documents.length)
  writer.varUint(key)
  writer.varBytes(documents)
  let last = 0
  for (const entry of entries) {
    writer.varUint(entry.position - last)
    last = entry.position
    writeLogEntry(writer, entry)
  }
  return ownBytes(writer.finish())
}

/**
 * Undoes `packSegment`. The entries' bytes are views of the row.
 *
 * @throws SynclineError `store-corrupt`.
 */
export function unpackSegment(row: Uint8Array): Segment {
  return decodeStored(row, "a segment of the log", reader => {
    const key = reader.varUint()
    const documents = reader.varBytes(longestRecord)
    const entries: LogEntry[] = []
    let last = 0
    while (reader.remaining > 0) {
      last += reader.varUint(key - last)
      entries.push(readLogEntry(reader, last))
    }
    return { key, entries, ...(documents.length > 0 && { documents }) }
  })
}

/** What is left of an entry whose record is dropped. */
export function withoutRecord({ position, document, hash }: LogEntry): LogEntry {
  return { position, document, hash, links: [] }
}

function writeLogEntry(writer: ByteWriter, { position, document, hash, links, record }: LogEntry): void {
  writer.varString(document)
  writer.bytes(hash)
  writer.u8(record === undefined ? 0 : 1)
  if (record === undefined) return
  writeLinks(writer, position, links)
  writer.varBytes(record)
}

function readLogEntry(reader: ByteReader, position: number): LogEntry {
  const document = reader.varString(longestId) as DocumentId
  const hash = reader.bytes(hashBytes)
  if (reader.varUint(1) === 0) return { position, document, hash, links: [] }
  const links = readLinks(reader, position)
  return { position, document, hash, links, record: reader.varBytes(longestRecord) }
}
