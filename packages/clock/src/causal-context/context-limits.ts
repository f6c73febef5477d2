import type { ActorTable } from "../actor/actor-table.ts"
import { resolveLimits, type VectorLimits } from "../version-vector/vector-limits.ts"

/** What a decoder of causal contexts accepts before it reads on; exceeding one throws `bytes-limit`. */
export interface ContextLimits extends VectorLimits {
  /** Most ranges beyond gaps. Default 65,536. */
  readonly maxRanges?: number
}

/** How to read an encoded causal context. */
export interface ContextDecodeOptions {
  /** What to accept at most; see the defaults there. */
  readonly limits?: ContextLimits | undefined
  /** Where the actors of the contiguous part are interned. Default {@link ActorTable.shared}. */
  readonly home?: ActorTable | undefined
}

/** {@link ContextLimits} with the defaults filled in. */
export function resolveContextLimits(limits: ContextLimits = {}): Required<ContextLimits> {
  return { ...resolveLimits(limits), maxRanges: limits.maxRanges ?? 2 ** 16 }
}
