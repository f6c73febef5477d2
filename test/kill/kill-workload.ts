import type { StoreBatch } from "@syncline/core"
import { SeededRandom, StoreBatches } from "@syncline/core/testing"

/** Where the number of the last batch lies, so that a store itself says how far it got. */
export const progress = { space: "kill", key: "batch" } as const

const documents = 12

/**
 * An endless sequence of batches that depends on nothing but the seed: writer and checker make the same one. Every kind
 * of write is in it: records of all sizes, bases, drops, heads alone, small values.
 */
export class KillWorkload {
  readonly #random: SeededRandom
  readonly #batches: StoreBatches = new StoreBatches()
  readonly #newest: Map<string, number> = new Map()
  #number = 0

  constructor(seed: number) {
    this.#random = new SeededRandom(seed)
  }

  /** Batches made so far. */
  get number(): number {
    return this.#number
  }

  next(): StoreBatch {
    const random = this.#random
    this.#number++
    const planned = Array.from({ length: 1 + random.integer(4) }, () => {
      const id = `${random.pick(["a", "b"])}/${random.integer(documents)}`
      const record = random.chance(0.9)
        ? "r".repeat(random.chance(0.1) ? 9000 : random.integer(200))
        : undefined
      const compact = random.chance(0.1)
      return {
        id,
        body: `body ${this.#number}`,
        ...(record !== undefined && { record: `${this.#number} ${record}` }),
        ...(compact && { base: `base ${this.#number}`, dropThrough: this.#newest.get(id) ?? 0 })
      }
    })
    const writes = this.#batches.next(...planned)
    for (const { head } of writes) this.#newest.set(head.id, head.position)
    return {
      documents: writes,
      values: [{ ...progress, value: new TextEncoder().encode(`${this.#number}`) }]
    }
  }
}
