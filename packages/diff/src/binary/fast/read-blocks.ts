import { isSynclineError } from "@syncline/clock"
import { decompress, hasCompression } from "#platform"
import { diffError } from "../../error/diff-error.ts"
import type { DeltaHeader } from "../container/delta-header.ts"
import type { DeltaSource } from "../container/delta-source.ts"
import { invalidDelta } from "../container/invalid-delta.ts"
import { LAST_BLOCK, METHODS } from "./block-tag.ts"
import { type BlockState, MAX_BLOCK_BYTES, type OpBlock, unpackBlock } from "./op-block.ts"

/**
 * Reads the body of a `fast` delta block by block, checked: playing the operations one after the other cannot leave the old
 * version and gives exactly as many bytes as the header says. Holds one block at a time.
 */
export async function* readBlocks(source: DeltaSource, header: DeltaHeader): AsyncGenerator<OpBlock> {
  const { oldLength, nextLength } = header
  const state: BlockState = { at: 0, diagonal: 0 }
  for (;;) {
    const tag = await source.u8()
    const last = (tag & LAST_BLOCK) !== 0
    const raw = await readPayload(source, tag & ~LAST_BLOCK, last)
    const block = unpackBlock(raw, state, { oldLength, nextLength, isLast: last })
    if (!last && block.count === 0) throw invalidDelta("a block of it is empty")
    yield block
    if (last) break
  }
  const missing = nextLength - state.at
  if (missing > 0) yield lastCopy(state.at + state.diagonal, missing, header)
}

/** What no operation makes of the new version is a copy that goes on where the last one ended. */
function lastCopy(from: number, length: number, header: DeltaHeader): OpBlock {
  if (from < 0 || from + length > header.oldLength)
    throw invalidDelta(`${length} of the ${header.nextLength} bytes it announces are missing`)
  return {
    count: 1,
    literalLengths: Uint32Array.of(0),
    copyLengths: Uint32Array.of(length),
    copyFrom: Uint32Array.of(from),
    literals: new Uint8Array(0)
  }
}

async function readPayload(source: DeltaSource, code: number, last: boolean): Promise<Uint8Array> {
  const method = METHODS[code - 1]
  if (code !== 0 && method === undefined) throw invalidDelta(`no method has the code ${code}`)
  if (method !== undefined && !hasCompression(method))
    throw diffError(
      "binary-unsupported",
      `the delta is compressed with ${method}, which this runtime lacks: ask for one without`,
      { method }
    )
  const length = last ? 0 : await source.varUint()
  if (length > MAX_BLOCK_BYTES) throw invalidDelta(`a block of it has ${length} bytes`)
  const payload = last ? await source.rest(MAX_BLOCK_BYTES) : await source.bytes(length)
  if (method === undefined) return payload
  try {
    return await decompress(method, payload, MAX_BLOCK_BYTES)
  } catch (cause) {
    if (isSynclineError(cause)) throw invalidDelta(cause.message, cause)
    throw cause
  }
}
