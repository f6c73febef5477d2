import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { protect, unprotect } from "../codec/envelope.ts"
import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { StoreSession, ValueWrite } from "../store/store.ts"

const space = "audit-head"

/** Version of the form heads of trails have in the store. */
const form = 1

/** What is known of a document's trail without reading it. */
export interface TrailHead {
  /** Index of the oldest entry that is still kept, or of the next one if there is none. */
  readonly first: number
  /** Index of the next entry to be kept. */
  readonly next: number
  /** What the entries so far add up to, with short hashes: commits at or below it are not entered again. */
  readonly covered: Version
}

const emptyTrail: TrailHead = { first: 1, next: 1, covered: Version.empty }

/** The head of a document's trail; that of an empty one where there is none. @throws SynclineError `codec-corrupt`, `store-newer` */
export async function loadTrailHead(session: StoreSession, document: DocumentId): Promise<TrailHead> {
  const bytes = await session.readValue(space, document)
  if (bytes === undefined) return emptyTrail
  const reader = new ByteReader(unprotect(bytes))
  if (reader.u8() !== form)
    throw coreError(
      "store-newer",
      `the audit trail of "${document}" was written by a newer Syncline; upgrade`
    )
  const first = reader.varUint()
  const next = reader.varUint()
  const covered = Version.read(reader, 8, 2 ** 31 - 1)
  reader.expectEnd()
  return { first, next, covered }
}

/** The head as a small value. */
export function trailHeadWrite(document: DocumentId, { first, next, covered }: TrailHead): ValueWrite {
  const writer = new ByteWriter(16 + covered.entries.length * 20)
  writer.u8(form)
  writer.varUint(first)
  writer.varUint(next)
  covered.write(writer, 8)
  return { space, key: document, value: protect(writer.finish()) }
}
