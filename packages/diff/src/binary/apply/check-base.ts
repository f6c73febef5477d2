import { diffError } from "../../error/diff-error.ts"
import { OLD_CHECK_BYTES, runningChecksum, sameBytes } from "../container/checksum.ts"
import type { DeltaHeader } from "../container/delta-header.ts"
import type { RandomAccess } from "../../stream/random-access.ts"

const READ_BYTES = 1 << 20

/** @throws SynclineError `binary-base-mismatch` unless `old` has the length of the version the delta was made from. */
export function checkBaseLength(length: number, header: DeltaHeader): void {
  if (length !== header.oldLength) throw baseMismatch(`it has ${length} bytes, not ${header.oldLength}`)
}

/** @throws SynclineError `binary-base-mismatch` unless `old` is the version the delta was made from. Reads all of it once. */
export async function checkBase(old: RandomAccess, header: DeltaHeader, signal?: AbortSignal): Promise<void> {
  checkBaseLength(old.length, header)
  const sum = await runningChecksum()
  for (let at = 0; at < old.length; at += READ_BYTES) {
    signal?.throwIfAborted()
    sum.update(await old.read(at, Math.min(READ_BYTES, old.length - at)))
  }
  if (!sameBytes(sum.digest().subarray(0, OLD_CHECK_BYTES), header.oldCheck))
    throw baseMismatch("its checksum is another")
}

/** @throws SynclineError `binary-result-mismatch` unless the checksum of the result is the one announced. */
export function checkResult(sum: Uint8Array, header: DeltaHeader): void {
  if (!sameBytes(sum, header.nextCheck))
    throw diffError(
      "binary-result-mismatch",
      "the delta gives another version than it was made for: it was damaged; discard the result and fetch it again"
    )
}

function baseMismatch(why: string): Error {
  return diffError(
    "binary-base-mismatch",
    `the delta was made from another old version: ${why}; ask for a delta from the version at hand`
  )
}
