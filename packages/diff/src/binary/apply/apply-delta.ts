import { checkBytes, checkOptions } from "../../argument/check-argument.ts"
import { isSynclineError } from "@syncline/clock"
import { sameBytes } from "../container/checksum.ts"
import { readHeader } from "../container/delta-header.ts"
import { type DeltaLimits, resolveLimits } from "../container/delta-limits.ts"
import { MemorySource } from "../container/memory-source.ts"
import { checkBase, checkBaseLength, checkResult } from "./check-base.ts"
import { decodeBody } from "./decode-body.ts"
import { bytesAccess } from "../../stream/random-access.ts"

/**
 * Makes the new version of `old` and a delta of `encodeDelta`. What is returned has the checksum of the version the delta was made for.
 *
 * Needs memory for the result, and for a block of the delta. Inputs are left as they are.
 *
 * @throws SynclineError `binary-delta-invalid`, `binary-base-mismatch`, `binary-result-mismatch`, `binary-limit`,
 * `binary-unsupported`, `source-invalid` or `argument-invalid`, as their documentation says.
 */
export async function applyDelta(
  old: Uint8Array,
  delta: Uint8Array,
  options: { readonly limits?: DeltaLimits } = {}
): Promise<Uint8Array<ArrayBuffer>> {
  checkBytes("old", old)
  checkOptions(options)
  const limits = resolveLimits(options.limits)
  const source = new MemorySource(delta, limits.maxDeltaBytes)
  const header = await readHeader(source, limits)
  checkBaseLength(old.length, header)
  // Hashing the base too would double the cost of a success, which proves it anyway; a failure asks whose fault it was.
  const checkOnFailure = () => checkBase(bytesAccess(old), header)
  const { bytes, sum } = await decodeBody(old, source, header, limits).catch(async (error: unknown) => {
    if (isSynclineError(error, "binary-delta-invalid")) await checkOnFailure()
    throw error
  })
  if (!sameBytes(sum, header.nextCheck)) await checkOnFailure()
  checkResult(sum, header)
  return bytes
}
