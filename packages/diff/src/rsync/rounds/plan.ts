import type { TreeLevel } from "./content-tree.ts"
import type { Stretch } from "./stretch.ts"
import { invalidMessage, shortDigest } from "./round-message.ts"

/** A stretch of the old content. */
export interface KnownStretch extends Stretch {
  readonly kind: "known"
}

/** A node of the new content that the old one seems not to have. */
export interface UnknownNode {
  readonly kind: "unknown"
  /** Its digest as far as it was sent. */
  readonly digest: number
}

/** The new content in order, as far as it is known. */
export type Plan = ReadonlyArray<KnownStretch | UnknownNode>

/** Finds nodes that the peer sent among those of one level of the old content. */
export class KnownNodes {
  readonly #level: TreeLevel
  readonly #byDigest = new Map<number, number>()

  /** Compares the first `width` bits of digests; of equal nodes the first is found. */
  constructor(level: TreeLevel, width: number) {
    this.#level = level
    level.digests.forEach((digest, i) => {
      const short = shortDigest(digest, width)
      if (!this.#byDigest.has(short)) this.#byDigest.set(short, i)
    })
  }

  /** What a node is, by the digest that was sent for it. */
  find(digest: number): KnownStretch | UnknownNode {
    const index = this.#byDigest.get(digest)
    if (index === undefined) return { kind: "unknown", digest }
    const { ends } = this.#level
    return { kind: "known", start: ends[index - 1] ?? 0, end: ends[index] ?? 0 }
  }

  /** All of the digest of what {@link find} finds; 0 if it finds nothing. */
  digestOf(digest: number): number {
    return this.#level.digests[this.#byDigest.get(digest) ?? -1] ?? 0
  }
}

/** A plan being made: neighbouring stretches become one, so that its length is that of what differs. */
export class PlanWriter {
  readonly #most: number
  readonly #plan: Array<KnownStretch | UnknownNode> = []

  /** Refuses more than `most` parts. */
  constructor(most: number) {
    this.#most = most
  }

  /** Appends to the plan. Throws `rounds-message-invalid` when there are too many parts. */
  add(part: KnownStretch | UnknownNode): void {
    const plan = this.#plan
    const last = plan.at(-1)
    const joins = part.kind === "known" && last?.kind === "known" && last.end === part.start
    if (joins) plan[plan.length - 1] = { ...last, end: part.end }
    else if (plan.push(part) > this.#most)
      throw invalidMessage(`the content has more than ${this.#most} nodes, which its length does not allow`)
  }

  /** The plan. The writer is not to be used afterwards. */
  finish(): Plan {
    return this.#plan
  }
}

/** Digests of the unknown nodes of a plan, each once, in order of content. */
export function missingNodes(plan: Plan): ReadonlySet<number> {
  const missing = new Set<number>()
  for (const part of plan) if (part.kind === "unknown") missing.add(part.digest)
  return missing
}

/** Which of the nodes just sent are missing, each only where it came first. */
export function wantedNodes(sent: readonly number[], plan: Plan): boolean[] {
  const left = new Set(missingNodes(plan))
  return sent.map(digest => left.delete(digest))
}

/** Stretches of the old content that nodes just sent were found in. */
export function foundStretches(known: KnownNodes, sent: readonly number[]): KnownStretch[] {
  return sent.map(digest => known.find(digest)).filter(part => part.kind === "known")
}
