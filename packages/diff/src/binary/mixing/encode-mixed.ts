import type { CopyScript } from "../matcher/copy-script.ts"
import { joinShortCopies } from "./join-short-copies.ts"
import { LITERALS_AT_ONCE, MixingModel } from "./mixing-model.ts"
import { type MixingParameters, packParameters, rowBitsFor } from "./mixing-parameters.ts"
import { WorkPace } from "./work-pace.ts"

/** What {@link encodeMixed} may spend. */
export interface EncodeMixedOptions {
  /** Most work, in bytes: literals, bytes of old learned from, 8 for each operation. Default 4 MiB. */
  readonly budgetBytes?: number
  readonly signal?: AbortSignal
}

/** Longest old version the model takes: it is copied into the model's memory. */
export const MAX_MIXED_OLD_BYTES: number = 2 ** 28

const BUDGET_BYTES = 2 ** 22
const OPERATION_WORK = 8

/**
 * Codes a script by context mixing, as the body of a `mixed` delta. `undefined` if that is too much work or takes too much memory.
 *
 * Takes about a second for 2 MB of work, and `old.length`, 5 MB and the literals of memory.
 */
export async function encodeMixed(
  old: Uint8Array,
  next: Uint8Array,
  script: CopyScript,
  options: EncodeMixedOptions = {}
): Promise<Uint8Array | undefined> {
  const budget = options.budgetBytes ?? BUDGET_BYTES
  if (old.length > MAX_MIXED_OLD_BYTES || workOf(script, 0) > budget) return undefined
  const pace = new WorkPace(options.signal)
  let best: Uint8Array | undefined
  for (const attempt of attemptsFor(old, script, budget)) {
    const coded = await encodeOnce(old, next, attempt, pace)
    if (coded !== undefined && (best === undefined || coded.length < best.length)) best = coded
  }
  return best
}

interface Attempt {
  readonly script: CopyScript
  readonly parameters: MixingParameters
}

/** Which ways to code a script are worth trying: small ones several, large ones the one that is mostly best. */
function attemptsFor(old: Uint8Array, script: CopyScript, budget: number): readonly Attempt[] {
  const work = workOf(script, 0)
  const shortest = work < 1 << 15 ? [16, 32, 64] : work < 1 << 18 ? [32] : [16]
  return shortest.map(length => {
    const joined = joinShortCopies(script, length)
    const reach = reachFor(old, joined, budget)
    return { script: joined, parameters: { reach, rowBits: rowBitsFor(workOf(joined, reach)) } }
  })
}

const MAX_REACH = 256

// As much of old as keeps decoding quick: learning from a byte costs a third of coding one.
function reachFor(old: Uint8Array, script: CopyScript, budget: number): number {
  const allowed = Math.min(budget, Math.max(1 << 16, 8 * workOf(script, 0)))
  let reach = MAX_REACH
  while (reach > 0 && Math.min(old.length, 2 * reach * script.count) > allowed)
    reach = reach > 16 ? reach / 2 : 0
  return reach
}

function workOf(script: CopyScript, reach: number): number {
  let work = script.count * (OPERATION_WORK + 2 * reach)
  for (const length of script.literalLengths) work += length
  return work
}

async function encodeOnce(
  old: Uint8Array,
  next: Uint8Array,
  { script, parameters }: Attempt,
  pace: WorkPace
): Promise<Uint8Array | undefined> {
  const model = await MixingModel.forEncoding(old, next.length, parameters)
  if (model === undefined) return undefined
  let at = 0
  for (let i = 0; i < script.count; i++) {
    const literals = script.literalLengths[i] ?? 0
    model.codeLiteralCount(literals)
    model.codeCopyStart(script.copyFrom[i] ?? 0)
    await pace.spend(OPERATION_WORK + (literals > 0 ? model.startRun(literals) : 0))
    for (const end = at + literals; at < end; ) {
      const part = next.subarray(at, Math.min(end, at + LITERALS_AT_ONCE))
      model.writeLiterals(part)
      at += part.length
      await pace.spend(part.length)
    }
    if (at < next.length) at += model.codeCopyLength(script.copyLengths[i] ?? 0)
  }
  return withFirstByte(packParameters(parameters), model.finish())
}

function withFirstByte(first: number, parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0))
  out[0] = first
  let at = 1
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
