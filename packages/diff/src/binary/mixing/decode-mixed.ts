import { diffError } from "../../error/diff-error.ts"
import { invalidDelta } from "../container/invalid-delta.ts"
import { MAX_MIXED_OLD_BYTES } from "./encode-mixed.ts"
import { LITERALS_AT_ONCE, MixingModel } from "./mixing-model.ts"
import { unpackParameters } from "./mixing-parameters.ts"
import { LEARNED_WORK, OPERATION_WORK, WorkPace } from "./work-pace.ts"

/** What {@link decodeMixed} may spend. */
export interface DecodeMixedLimits {
  /** Longest result, in bytes. */
  readonly maxBytes: number
  readonly signal?: AbortSignal
}

// What an encoder may leave out at the end.
const MISSING_BYTES = 4

/**
 * Undoes {@link encodeMixed}. Time is bounded by the length of `bytes` (1 ms a byte at worst, for deltas that code next to
 * nothing else than what was expected) and by that of the result (3 µs a byte), with at most 2^22 bytes of `old` learned
 * beside; memory by the lengths of `old` and the result.
 *
 * @throws SynclineError `binary-delta-invalid` for bytes that no encoder wrote (most damage is not noticed here, but by the
 * checksum of the result), `binary-limit` for a result above the limit, `binary-unsupported` if memory does not suffice.
 */
export async function decodeMixed(
  old: Uint8Array,
  bytes: Uint8Array,
  nextLength: number,
  limits: DecodeMixedLimits
): Promise<Uint8Array<ArrayBuffer>> {
  if (nextLength > limits.maxBytes)
    throw diffError("binary-limit", `the delta makes ${nextLength} bytes; the limit is ${limits.maxBytes}`)
  if (old.length > MAX_MIXED_OLD_BYTES) throw invalidDelta(`its kind is not used for ${old.length} old bytes`)
  if (bytes.length === 0) throw invalidDelta("it is cut off")
  const pace = new WorkPace(limits.signal)
  const parameters = unpackParameters(bytes[0] ?? 0)
  const model = await MixingModel.forDecoding(old, nextLength, parameters, bytes.subarray(1))
  const next = new Uint8Array(nextLength)
  for (let at = 0; at < nextLength; ) {
    const literals = model.codeLiteralCount()
    if (literals > nextLength - at) throw invalidDelta(`${literals} literals do not fit`)
    const from = model.codeCopyStart()
    if (from > old.length) throw invalidDelta(`a copy begins at ${from} of ${old.length}`)
    const learned = literals > 0 ? model.startRun(literals) : 0
    if (pace.spend(OPERATION_WORK + learned * LEARNED_WORK)) await pace.pause()
    for (const end = at + literals; at < end; ) {
      const part = next.subarray(at, Math.min(end, at + LITERALS_AT_ONCE))
      model.readLiterals(part)
      at += part.length
      mustHaveBytes(model)
      if (pace.spend(part.length)) await pace.pause()
    }
    if (at < nextLength) at += copy(model, old, from, next, at)
    mustHaveBytes(model)
  }
  return next
}

function copy(model: MixingModel, old: Uint8Array, from: number, next: Uint8Array, at: number): number {
  const length = model.codeCopyLength()
  if (length === 0 || length > next.length - at || length > old.length - from)
    throw invalidDelta(`a copy of ${length} bytes from ${from} does not fit`)
  next.set(old.subarray(from, from + length), at)
  return length
}

function mustHaveBytes(model: MixingModel): void {
  if (model.missingBytes > MISSING_BYTES) throw invalidDelta("it is cut off")
}
