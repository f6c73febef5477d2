import type { ActorId } from "@syncline/clock"
import { actorIdFromBytes, actorIdToBytes } from "@syncline/clock"
import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { Interner } from "../codec/interner.ts"
import { pack, unpack } from "../codec/envelope.ts"
import { Version } from "../commit/version.ts"
import { parseDocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { VersionsEntry } from "./frame.ts"

/** UTF-8 bytes of the longest document id. */
export const maxIdBytes = 1536

/**
 * Writes documents with their versions: actors once, hashes by their first 8 bytes, all of it compressed. About 10
 * bytes an actor of a document, and the id as far as it differs from its neighbours.
 */
export function writeVersions(writer: ByteWriter, entries: readonly VersionsEntry[]): void {
  const actors = new Interner<ActorId>()
  const rows = new ByteWriter(256)
  for (const { document, version } of entries) {
    rows.varString(document)
    rows.varUint(version.entries.length)
    for (const { actor, seq, hash } of version.entries) {
      rows.varUint(actors.indexOf(actor))
      rows.varUint(seq)
      rows.bytes(hash.subarray(0, 8))
    }
  }
  const content = new ByteWriter(rows.length + 64)
  content.varUint(actors.size)
  for (const actor of actors.items) content.bytes(actorIdToBytes(actor))
  content.varUint(entries.length)
  content.bytes(rows.finish())
  writer.varBytes(pack(content.finish()))
}

/**
 * Undoes `writeVersions`.
 *
 * @throws SynclineError `codec-invalid`, `codec-limit`, `document-id-invalid`, or a code of `ByteReader`.
 */
export function readVersions(
  packed: Uint8Array,
  { maxBytes, maxEntries }: { readonly maxBytes: number; readonly maxEntries: number }
): VersionsEntry[] {
  const reader = new ByteReader(unpack(packed, maxBytes))
  // Every row takes at least one byte of what is left, so a lying count ends before memory does.
  const actorCount = reader.varUint(Math.floor(reader.remaining / 8))
  const actors = Array.from({ length: actorCount }, () => actorIdFromBytes(reader.bytes(8)))
  const entries = Array.from({ length: reader.varUint(maxEntries) }, () => readEntry(reader, actors))
  reader.expectEnd()
  return entries
}

function readEntry(reader: ByteReader, actors: readonly ActorId[]): VersionsEntry {
  const document = parseDocumentId(reader.varString(maxIdBytes))
  const size = reader.varUint(actors.length)
  const entries = Array.from({ length: size }, () => {
    const actor = actors[reader.varUint()]
    const seq = reader.varUint()
    if (actor === undefined || seq === 0)
      throw coreError("codec-invalid", `the version of ${document} names no commit`)
    return { actor, seq, hash: reader.bytes(8).slice() }
  })
  return { document, version: Version.from(entries) }
}

/** Upper bound of what one entry adds to a frame. */
export function versionsEntrySize({ document, version }: VersionsEntry): number {
  return 3 * document.length + 8 + version.entries.length * 25
}
