import type { CopyScript } from "../matcher/copy-script.ts"
import { joinShortCopies } from "./join-short-copies.ts"
import { LITERALS_AT_ONCE, MixingModel } from "./mixing-model.ts"
import {
  MAX_REACH,
  MAX_REACH_BYTES,
  type MixingParameters,
  packParameters,
  rowBitsFor
} from "./mixing-parameters.ts"
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
  if (old.length > MAX_MIXED_OLD_BYTES || workOf(script) > budget) return undefined
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
  const work = workOf(script)
  const shortest = work < 1 << 15 ? [16, 32, 64] : work < 1 << 16 ? [32] : work < 1 << 18 ? [24] : [16]
  return shortest.map(length => {
    const joined = joinShortCopies(script, length)
    const reach = reachFor(old, joined, budget)
    const learned = learnedFrom(old, joined, reach)
    return { script: joined, parameters: { reach, rowBits: rowBitsFor(workOf(joined) + learned / 2) } }
  })
}

// As far as decoding stays quick: learning from a byte costs an eighth of coding one, and 2^17 of them six milliseconds.
function reachFor(old: Uint8Array, script: CopyScript, budget: number): number {
  const work = workOf(script)
  const allowed = Math.min(budget - work, Math.max(1 << 17, 2 * work))
  let reach = MAX_REACH
  while (reach > 0 && learnedFrom(old, script, reach) > allowed) reach--
  return reach
}

/** How many bytes of old are learned from, about. */
function learnedFrom(old: Uint8Array, script: CopyScript, reach: number): number {
  if (reach === 0) return 0
  let learned = 0
  for (const literals of script.literalLengths)
    if (literals > 0) learned += 16 + 2 * Math.min(MAX_REACH_BYTES, literals * 2 ** (reach - 3))
  return Math.min(old.length, learned)
}

function workOf(script: CopyScript): number {
  let work = script.count * OPERATION_WORK
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
    if (pace.spend(OPERATION_WORK + (literals > 0 ? model.startRun(literals) : 0))) await pace.pause()
    for (const end = at + literals; at < end; ) {
      const part = next.subarray(at, Math.min(end, at + LITERALS_AT_ONCE))
      model.writeLiterals(part)
      at += part.length
      if (pace.spend(part.length)) await pace.pause()
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
