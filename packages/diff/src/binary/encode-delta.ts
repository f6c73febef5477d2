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
import { isSignal } from "../stream/or-aborted.ts"
import { matchBytesInTurns, type TurnOptions } from "./matcher/match-bytes.ts"

/** How {@link encodeDelta} works. */
export interface EncodeDeltaOptions extends TurnOptions {
  /**
   * `fast` (default): columns through a general compressor: 0.03 to 0.2 s for a megabyte that the old version does not have, on one core of
   * a server of 2024; what both have goes by at hundreds of megabytes a second. `small`: also literals by context mixing primed from the old
   * version, whichever is smaller: the fewest bytes, for 0.5 to 1 s a megabyte on both sides from 100 kB on. Up to 32 kB three ways are
   * tried: 2 to 4 s a megabyte, and some milliseconds at least. A slow or busy core takes thrice that. The bench `diff/binary` measures it.
   * Above {@link EncodeDeltaOptions.mixingBudgetBytes} `small` is `fast`, without a word.
   */
  readonly level?: "fast" | "small"
  /** What the receiver can read, from its `deltaFeatures()`. Default: what this runtime can. */
  readonly accept?: readonly DeltaFeature[]
  /**
   * Most work that `small` does for the literals, in bytes coded or learned from; above, the delta is a `fast` one. Default 4 MiB, a few seconds;
   * raise it for versions that have more than that new.
   */
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
  const zipped = await encodeZipped(old, next, work)
  // Contents may well be longer than the file that holds them.
  const delta =
    zipped !== undefined && zipped.length <= next.length
      ? zipped
      : shorter(await encodePlain(old, next, work), zipped)
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
  if (options.signal !== undefined && !isSignal(options.signal))
    throw argumentError("signal", options.signal, "an AbortSignal")
  fullLimits({ mixingBudgetBytes: 0 }, options)
}

async function encodeZipped(
  old: Uint8Array,
  next: Uint8Array,
  work: Work
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { accept, options } = work
  const encodeContents = (a: Uint8Array, b: Uint8Array) => encodePlain(a, b, work)
  const body = await encodeGzip(old, next, { accept, signal: options.signal, encodeContents })
  return body && assemble("gzip", old, next, body)
}

function shorter(
  delta: Uint8Array<ArrayBuffer>,
  other: Uint8Array<ArrayBuffer> | undefined
): Uint8Array<ArrayBuffer> {
  return other !== undefined && other.length < delta.length ? other : delta
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
