import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { logHashBytes } from "./log-hash.ts"
import type { DocumentWrite, LogEnd, StoreBatch } from "./store.ts"

/**
 * Positions whose hash a store remembers after the record was dropped. A peer's cursor further behind than this falls
 * back to comparing versions, which is what it would need anyway: 65,536 transactions are days of typing, and the
 * hashes cost about 2 MB on disk.
 */
export const rememberedPositions = 65_536

const digestBytes = 32

/**
 * Checks all of a batch that can be checked before a store touches anything, and says where the log ends after it.
 * `positionOf` gives the stored head's position, `undefined` for a document the store does not have.
 *
 * @throws SynclineError `store-conflict` when the records do not continue the log at `end`, or a head without a record
 *   moves; `codec-invalid` when a digest is not 32 bytes or a hash not 16.
 */
export function checkBatch(
  end: LogEnd,
  batch: StoreBatch,
  positionOf: (id: DocumentId) => number | undefined
): LogEnd {
  const moved = new Map<DocumentId, number>()
  let next = end
  for (const write of batch.documents) {
    const { head, record } = write
    if (head.digest.length !== digestBytes) throw wrongSize(write, "digest", head.digest.length, digestBytes)
    if (record === undefined) {
      // A head that moved without a record could share its position with another one, and a page would skip one of them.
      const newest = moved.get(head.id) ?? positionOf(head.id) ?? 0
      if (head.position !== newest)
        throw conflict(write, `its newest record is at ${newest} and none comes with it`)
      continue
    }
    if (record.logHash.length !== logHashBytes)
      throw wrongSize(write, "log hash", record.logHash.length, logHashBytes)
    if (head.position !== next.position + 1)
      throw conflict(write, `the log continues at ${next.position + 1}`)
    next = { position: head.position, hash: record.logHash }
    moved.set(head.id, head.position)
  }
  return { position: next.position, hash: new Uint8Array(next.hash) }
}

function conflict({ head }: DocumentWrite, why: string): Error {
  return coreError(
    "store-conflict",
    `cannot write ${head.id} at position ${head.position}: ${why}; reload and append again`,
    {
      details: { document: head.id, position: head.position }
    }
  )
}

function wrongSize({ head }: DocumentWrite, what: string, length: number, expected: number): Error {
  return coreError("codec-invalid", `the ${what} of ${head.id} has ${length} bytes instead of ${expected}`, {
    details: { document: head.id, length, expected }
  })
}
