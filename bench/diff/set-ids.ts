import { hash } from "node:crypto"

/** Key of every set in these benches. */
export const SET_KEY: Uint8Array = Uint8Array.from({ length: 16 }, (_, i) => 11 * i)

/** Ids `from` to `to - 1`, from a name and their number alone. */
export function idsOf(name: string, from: number, to: number): Uint8Array[] {
  return Array.from({ length: to - from }, (_, i) =>
    Uint8Array.prototype.slice.call(hash("sha256", `${name} ${from + i}`, "buffer"), 0, 8)
  )
}

/** A share of some numbers: sorted, the one so far from the beginning. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** The mean of some numbers. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
