import fc from "fast-check"
import { keyedId } from "../../keyed/keyed-id.ts"
import { idText, type SetId } from "../set-id.ts"

/** A key as good as any. */
export const KEY: Uint8Array = Uint8Array.from({ length: 16 }, (_, i) => 7 * i)

/** Id number `n`, as random as ids are. */
export function idAt(n: number): SetId {
  return keyedId(KEY, new TextEncoder().encode(`member ${n}`))
}

/** Ids `from` to `to - 1`. */
export function idsFrom(from: number, to: number): SetId[] {
  return Array.from({ length: to - from }, (_, i) => idAt(from + i))
}

/** Two sets as their common part and what only one of them has, of every size up to some hundreds. */
export const twoSets: fc.Arbitrary<TwoSets> = fc
  .record({
    common: fc.oneof(fc.nat(5), fc.nat(400)),
    left: fc.oneof(fc.nat(4), fc.nat(150)),
    right: fc.oneof(fc.nat(4), fc.nat(150)),
    seed: fc.nat(1000)
  })
  .map(({ common, left, right, seed }) => {
    const start = 10_000 * seed
    return {
      common: idsFrom(start, start + common),
      left: idsFrom(start + 1000, start + 1000 + left),
      right: idsFrom(start + 2000, start + 2000 + right)
    }
  })

/** See {@link twoSets}. */
export interface TwoSets {
  readonly common: readonly SetId[]
  readonly left: readonly SetId[]
  readonly right: readonly SetId[]
}

/** Ids as text in an order of their own, for comparing lists as sets. */
export function texts(ids: readonly SetId[]): string[] {
  return ids.map(idText).toSorted()
}
