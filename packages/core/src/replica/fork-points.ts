import type { Dot } from "@syncline/clock"
import { compareBytes } from "../codec/hex.ts"
import { maxForks } from "../codec/facts-codec.ts"
import type { ForkPoint } from "../commit/document-facts.ts"

/** The places of a document where two writers under one name went apart; almost always none. */
export class ForkPoints {
  #points: readonly ForkPoint[]

  constructor(points: readonly ForkPoint[]) {
    this.#points = points
  }

  /** Ascending by actor, then seq. */
  get all(): readonly ForkPoint[] {
    return this.#points
  }

  /** The lowest hash known at a place, if two are. */
  at({ actor, seq }: Dot): Uint8Array | undefined {
    return this.#points.find(point => point.actor === actor && point.seq === seq)?.hash
  }

  /** Remembers a place; of two hashes there the lower one. Says whether anything changed. */
  add(point: ForkPoint): boolean {
    if (this.at(point) !== undefined) return this.lower(point)
    if (this.#points.length >= maxForks) return false
    this.#points = [...this.#points, point].sort((a, b) =>
      a.actor === b.actor ? a.seq - b.seq : a.actor < b.actor ? -1 : 1
    )
    return true
  }

  /** Takes note of a commit at a place that is known already. Says whether it has the lower hash. */
  lower(point: ForkPoint): boolean {
    if (this.#points.length === 0) return false
    const known = this.at(point)
    if (known === undefined || compareBytes(known, point.hash) <= 0) return false
    this.#forgetFrom(point)
    return this.add(point)
  }

  /** From this place on another branch is here; later places were on the one that is out, and mean nothing on this. */
  switchTo(point: ForkPoint): void {
    this.#forgetFrom(point)
    this.add(point)
  }

  #forgetFrom({ actor, seq }: Dot): void {
    this.#points = this.#points.filter(point => point.actor !== actor || point.seq < seq)
  }
}
