import { argumentError } from "../argument/argument-error.ts"
import { checkAccept } from "../argument/check-accept.ts"
import { checkBytes, checkFunction, checkOptions } from "../argument/check-argument.ts"
import { checkChoice } from "../argument/check-choice.ts"
import { fullLimits } from "../argument/full-limits.ts"
import { checksum, OLD_CHECK_BYTES } from "./container/checksum.ts"
import { type DeltaKind, encodeHeader } from "./container/delta-header.ts"
import { type DeltaFeature, deltaFeatures } from "./delta-features.ts"
import { encodeFast } from "./fast/encode-fast.ts"
import { METHODS } from "./fast/block-tag.ts"
import { encodeGzip } from "./gzip/encode-gzip.ts"
import type { CopyScript } from "./matcher/copy-script.ts"
import { matchBytesInTurns, type TurnOptions } from "./matcher/match-bytes.ts"

/** How {@link encodeDelta} works. */
export interface EncodeDeltaOptions extends TurnOptions {
  /**
   * `fast` (default): columns through a general compressor, tens of milliseconds for tens of megabytes. `small`: literals by
   * context mixing primed from the old version, the fewest bytes, about half a second per megabyte of literals on both sides.
   */
  readonly level?: "fast" | "small"
  /** What the receiver can read, from its `deltaFeatures()`. Default: what this runtime can. */
  readonly accept?: readonly DeltaFeature[]
  /** Most work that `small` does, in bytes coded or learned from; above, the delta is a `fast` one. Default 4 MiB, about two seconds. */
  readonly mixingBudgetBytes?: number
}

interface Work {
  readonly options: EncodeDeltaOptions
  readonly accept: readonly DeltaFeature[]
}

/**
 * What it takes to make `next` of `old`: a delta, never longer than `next` by more than 40 bytes, that {@link applyDelta} turns back. It names its base and carries a
 * checksum of the result.
 *
 * Two gzip files are compared by their contents if the receiver's deflater is ours and gives `next` again bit for bit.
 *
 * @throws SynclineError `binary-too-large` for versions above 4 GiB, `argument-invalid`; the signal's reason if aborted.
 */
export async function encodeDelta(
  old: Uint8Array,
  next: Uint8Array,
  options: EncodeDeltaOptions = {}
): Promise<Uint8Array<ArrayBuffer>> {
  checkArguments(old, next, options)
  const work: Work = { options, accept: options.accept ?? (await deltaFeatures()) }
  const zipped = await encodeGzip(old, next, work.accept, (a, b) => encodePlain(a, b, work))
  const delta =
    zipped === undefined ? await encodePlain(old, next, work) : await assemble("gzip", old, next, zipped)
  options.signal?.throwIfAborted()
  options.onProgress?.(1)
  return delta
}

function checkArguments(old: Uint8Array, next: Uint8Array, options: EncodeDeltaOptions): void {
  checkBytes("old", old)
  checkBytes("next", next)
  checkOptions(options)
  if (options.level !== undefined) checkChoice("level", options.level, ["fast", "small"])
  if (options.accept !== undefined) checkAccept(options.accept)
  if (options.onProgress !== undefined) checkFunction("onProgress", options.onProgress)
  if (options.signal !== undefined && typeof options.signal?.throwIfAborted !== "function")
    throw argumentError("signal", options.signal, "an AbortSignal")
  fullLimits({ mixingBudgetBytes: 0 }, options)
}

async function encodePlain(old: Uint8Array, next: Uint8Array, work: Work): Promise<Uint8Array<ArrayBuffer>> {
  const script = await matchBytesInTurns(old, next, work.options.level ?? "fast", work.options)
  const fast = await encodeFast(
    next,
    script,
    METHODS.filter(method => work.accept.includes(method))
  )
  const mixed = await encodeSmall(old, next, script, work)
  if (mixed !== undefined && mixed.length < fast.length) return assemble("mixed", old, next, mixed)
  return assemble("fast", old, next, fast)
}

async function encodeSmall(
  old: Uint8Array,
  next: Uint8Array,
  script: CopyScript,
  { options, accept }: Work
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (options.level !== "small" || !accept.includes("mixing")) return undefined
  // Only those who use it load the coder and its WebAssembly.
  const { encodeMixed } = await import("./mixing/encode-mixed.ts")
  return encodeMixed(old, next, script, {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.mixingBudgetBytes === undefined ? {} : { budgetBytes: options.mixingBudgetBytes })
  })
}

async function assemble(
  kind: DeltaKind,
  old: Uint8Array,
  next: Uint8Array,
  body: Uint8Array
): Promise<Uint8Array<ArrayBuffer>> {
  const header = encodeHeader({
    kind,
    oldLength: old.length,
    nextLength: next.length,
    oldCheck: (await checksum(old)).subarray(0, OLD_CHECK_BYTES),
    nextCheck: await checksum(next)
  })
  const delta = new Uint8Array(header.length + body.length)
  delta.set(header)
  delta.set(body, header.length)
  return delta
}
