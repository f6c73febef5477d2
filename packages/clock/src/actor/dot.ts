import type { ClockErrorCode } from "../error/clock-error-code.ts"
import { SynclineError } from "../error/syncline-error.ts"
import { type ActorId, compareActorIds } from "./actor-id.ts"

/** Names one event: the `seq`-th (from 1) of `actor`. */
export interface Dot {
  readonly actor: ActorId
  readonly seq: number
}

/** The dots of one actor from `from` to `to`, both included; `1 <= from <= to`. */
export interface DotRange {
  readonly actor: ActorId
  readonly from: number
  readonly to: number
}

/** Sort order of dots: by actor, then by seq. A total order for sorting and codecs, not causality. */
export function compareDots(a: Dot, b: Dot): number {
  return compareActorIds(a.actor, b.actor) || a.seq - b.seq
}

/** Throws `dot-invalid` unless `seq` is a positive safe integer. */
export function assertSeq(seq: number, actor: ActorId): void {
  if (Number.isSafeInteger(seq) && seq >= 1) return
  throw new SynclineError<ClockErrorCode>(
    "dot-invalid",
    `The sequence number ${seq} of actor ${actor} is not a positive safe integer`,
    { details: { actor, seq } }
  )
}

/** The dot that follows `seq` events of an actor. Throws `vector-overflow` after 2⁵³−1. */
export function dotAfter(actor: ActorId, seq: number): Dot {
  if (seq < Number.MAX_SAFE_INTEGER) return { actor, seq: seq + 1 }
  throw new SynclineError<ClockErrorCode>(
    "vector-overflow",
    `Actor ${actor} has used its last sequence number; continue under a new actor`,
    { details: { actor } }
  )
}
