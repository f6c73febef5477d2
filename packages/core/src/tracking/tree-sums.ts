import type { TreeSum } from "./sink-tracking.ts"
import { bucketPath, rootPath } from "./tree-path.ts"

interface Difference {
  count: number
  sum: bigint
}

/** What some changes to leaves come to at the nodes above them. */
export class TreeSums {
  readonly #byPath = new Map<string, Difference>()

  /** A leaf of a bucket took the place of another; either may be none. */
  change(bucket: number, former: string | undefined, leaf: string | undefined): void {
    if (former === leaf) return
    const count = Number(leaf !== undefined) - Number(former !== undefined)
    const sum = toNumber(leaf) - toNumber(former)
    const path = bucketPath(bucket)
    for (const node of [path, path.slice(0, 1), rootPath]) {
      const difference = this.#byPath.get(node)
      if (difference === undefined) this.#byPath.set(node, { count, sum })
      else {
        difference.count += count
        difference.sum += sum
      }
    }
  }

  /** Each node that changed, with what it says once `before` is what it said. */
  *changed(before: (path: string) => TreeSum): Generator<readonly [path: string, sum: TreeSum]> {
    for (const [path, { count, sum }] of this.#byPath) {
      const old = before(path)
      yield [path, { count: old.count + count, sum: toDigits(toNumber(old.sum) + sum) }]
    }
  }
}

/** Nothing is below. */
export const emptySum: TreeSum = { count: 0, sum: "0".repeat(32) }

/** The sum of sums. */
export function sumOfAll(sums: Iterable<TreeSum>): TreeSum {
  let [count, sum] = [0, 0n]
  for (const each of sums) {
    if (each.count === 0) continue
    count += each.count
    sum += toNumber(each.sum)
  }
  return { count, sum: toDigits(sum) }
}

function toNumber(digits: string | undefined): bigint {
  return digits === undefined ? 0n : BigInt(`0x${digits}`)
}

function toDigits(sum: bigint): string {
  return BigInt.asUintN(128, sum).toString(16).toUpperCase().padStart(32, "0")
}
