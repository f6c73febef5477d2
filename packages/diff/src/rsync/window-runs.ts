import { ByteReader } from "@syncline/clock/bytes"
import { diffError } from "../error/diff-error.ts"
import { type Run, WINDOW_RUNS } from "./delta-format.ts"

/** A window, taken apart. */
export interface WindowRuns {
  readonly bytes: Uint8Array
  /** Where in `bytes` the literals begin. */
  readonly literalsAt: number
  readonly runs: readonly Run[]
  /** Block after the last one copied. */
  readonly expected: number
}

/** Makes the error for a window that says what no window may say. */
export type Invalid = (what: string) => Error

/** Takes a window apart, every number checked before anything is made of it. */
export function windowRuns(
  bytes: Uint8Array,
  expectedBefore: number,
  blockCount: number,
  invalid: Invalid
): WindowRuns {
  try {
    return readRuns(new ByteReader(bytes), bytes, expectedBefore, blockCount, invalid)
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && String(cause.code).startsWith("bytes-"))
      throw diffError("rsync-delta-invalid", "delta: a number in a window is damaged", {}, cause)
    throw cause
  }
}

function readRuns(
  reader: ByteReader,
  bytes: Uint8Array,
  expectedBefore: number,
  blockCount: number,
  invalid: Invalid
): WindowRuns {
  const count = reader.varUint(WINDOW_RUNS)
  if (count === 0) throw invalid("a window is empty")
  const runs: Run[] = []
  let literalBytes = 0
  let expected = expectedBefore
  for (let i = 0; i < count; i++) {
    const literals = reader.varUint(bytes.length)
    const blocks = reader.varUint(blockCount)
    if (literals === 0 && blocks === 0) throw invalid("a run is empty")
    const block = blocks === 0 ? 0 : expected + reader.varInt()
    if (block < 0 || block + blocks > blockCount) throw invalid("a run lies outside of the old version")
    if (blocks > 0) expected = block + blocks
    literalBytes += literals
    runs.push({ literalBytes: literals, block, blocks })
  }
  if (literalBytes !== reader.remaining) throw invalid("a window has more or fewer literals than its runs")
  return { bytes, literalsAt: reader.position, runs, expected }
}
