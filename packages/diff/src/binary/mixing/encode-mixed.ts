import { isSynclineError } from "@syncline/clock"
import type { CopyScript } from "../matcher/copy-script.ts"
import { codeScript } from "./code-script.ts"
import { joinShortCopies } from "./join-short-copies.ts"
import { MAX_REACH, MAX_REACH_BYTES, type MixingParameters, rowBitsFor } from "./mixing-parameters.ts"
import { OPERATION_WORK, WorkPace } from "./work-pace.ts"

/** What {@link encodeMixed} may spend. */
export interface EncodeMixedOptions {
  /** Most work, in bytes: literals, bytes of old learned from, 8 for each operation. Default 4 MiB. */
  readonly budgetBytes?: number
  readonly signal?: AbortSignal
}

/** Longest old version the model takes: the model addresses it in a memory of its own. */
export const MAX_MIXED_OLD_BYTES: number = 2 ** 28

const BUDGET_BYTES = 2 ** 22

/**
 * Codes a script by context mixing, as the body of a `mixed` delta. `undefined` if that is too much work, or the runtime cannot run the
 * coder or has too little memory.
 *
 * Takes about half a second for 1 MB of work; and memory for the blocks of old around differences, 5 MB and the literals.
 */
export async function encodeMixed(
  old: Uint8Array,
  next: Uint8Array,
  script: CopyScript,
  options: EncodeMixedOptions = {}
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const budget = options.budgetBytes ?? BUDGET_BYTES
  if (old.length > MAX_MIXED_OLD_BYTES || workOf(script) > budget) return undefined
  const pace = new WorkPace(options.signal)
  let best: Uint8Array<ArrayBuffer> | undefined
  for (const attempt of attemptsFor(old, script, budget)) {
    const coded = await codeScript(old, next, attempt.script, attempt.parameters, pace).catch(orUnsupported)
    if (coded !== undefined && (best === undefined || coded.length < best.length)) best = coded
  }
  return best
}

function orUnsupported(error: unknown): undefined {
  if (!isSynclineError(error, "binary-unsupported")) throw error
  return undefined
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
