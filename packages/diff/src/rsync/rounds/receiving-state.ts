import type { ContentHasher } from "./content-hasher.ts"
import type { ContentTree } from "./content-tree.ts"
import type { Families } from "./families.ts"
import type { Leaf } from "./leaf-cutter.ts"
import type { Plan } from "./plan.ts"
import type { Stretch } from "./stretch.ts"

/** Where the side that has an old version stands. Opaque; use each state once. */
export interface ReceivingState {
  readonly old: Uint8Array
  readonly maxBytes: number
  /** What the peer has to send next. */
  readonly turn: "hello" | "children" | "leaves" | "repairs" | "whole" | "done"
  /** What the first message said; nothing before it. */
  readonly transfer: Transfer | undefined
  /** The level of the unknown nodes of the plan. */
  readonly level: number
  /** Bits of their digests. */
  readonly width: number
  readonly plan: Plan
  /** What false matches among leaves are found and repaired with; nothing before leaves, or if the first message has them. */
  readonly families: Families | undefined
  /** Leaves the peer sent, by digest as far as it was sent. */
  readonly leaves: ReadonlyMap<number, Leaf>
  /** What was found above the leaves, in the order in which it was sent. */
  readonly reference: readonly Stretch[]
}

/** What holds for a whole transfer. */
export interface Transfer {
  readonly hasher: ContentHasher
  /** Of the old content. */
  readonly tree: ContentTree
  readonly length: number
  readonly hash: Uint8Array
}

/** What came of a step. */
export interface ReceivingStep {
  readonly state: ReceivingState
  /** To be sent now, also if the content is there: the peer waits for it. */
  readonly message?: Uint8Array<ArrayBuffer>
  /** The peer's content, in an array of its own. The transfer is over with it. */
  readonly content?: Uint8Array<ArrayBuffer>
}
