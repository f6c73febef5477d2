import fc from "fast-check"
import { expect, test } from "vitest"
import { compareBytes } from "../merkle/compare-bytes.ts"
import { boundBetween, isBefore, type RangeBound } from "./range-bound.ts"
import { RangeIndex } from "./range-index.ts"
import { idAt, KEY } from "./testing/test-ids.ts"

const ORDER_BYTES = 2
// An id has one order, as SPEC demands; some share theirs.
const member = fc.record({ n: fc.nat(60) })
const change = fc.record({ member, adds: fc.boolean() })
const bound = fc.uint8Array({ maxLength: 4 }).map(bytes => bytes.map((byte, i) => (i === 0 ? 0 : byte % 11)))

interface Member {
  readonly n: number
}

const orderOf = ({ n }: Member): Uint8Array => Uint8Array.of(0, n % 10)
const itemOf = (each: Member): Uint8Array => Uint8Array.of(...orderOf(each), ...idAt(each.n))

function build(changes: readonly { member: Member; adds: boolean }[]): {
  index: RangeIndex
  items: Uint8Array[]
} {
  const index = new RangeIndex(KEY, { orderBytes: ORDER_BYTES })
  const model = new Map<number, Uint8Array>()
  for (const { member: each, adds } of changes) {
    const changed = adds ? index.add(idAt(each.n), orderOf(each)) : index.delete(idAt(each.n), orderOf(each))
    expect(changed).toBe(adds !== model.has(each.n))
    if (adds) model.set(each.n, itemOf(each))
    else model.delete(each.n)
  }
  return { index, items: [...model.values()].toSorted(compareBytes) }
}

function within(items: readonly Uint8Array[], from: Uint8Array, to: RangeBound): Uint8Array[] {
  return items.filter(item => !isBefore(item, from) && isBefore(item, to))
}

test("[OS1] ids of a range, in order, and their number, as the sorted list has them", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 120, size: "max" }), bound, bound, (changes, a, b) => {
      const { index, items } = build(changes)
      const [from, to] = compareBytes(a, b) < 0 ? [a, b] : [b, undefined]
      const expected = within(items, from, to).map(item => item.slice(ORDER_BYTES))
      expect(index.ids(from, to, index.mark)).toEqual(expected)
      expect(index.sums([from, to], index.mark)[0]?.count).toBe(expected.length)
      expect(index.size).toBe(items.length)
    })
  )
})

test("[OS1] sums depend on the members alone and add up", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 120, size: "max" }), fc.nat(20), (changes, parts) => {
      const { index, items } = build(changes)
      const bounds = index.cut(new Uint8Array(0), undefined, parts)
      const sums = index.sums(bounds, index.mark)
      const [total] = index.sums([new Uint8Array(0), undefined], index.mark)
      expect(sums.reduce((xor, sum) => xor ^ sum.high, 0)).toBe(total?.high)
      expect(sums.reduce((xor, sum) => xor ^ sum.check, 0)).toBe(total?.check)
      expect(sums.reduce((count, sum) => count + sum.count, 0)).toBe(items.length)
      const counts = sums.map(({ count }) => count)
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
    })
  )
})

test("[SE3] a mark keeps the set as it was", () => {
  const some = fc.array(change, { maxLength: 60, size: "max" })
  fc.assert(
    fc.property(some, some, fc.nat(12), (first, then, parts) => {
      const { index, items } = build(first)
      const bounds = index.cut(new Uint8Array(0), undefined, parts)
      const { mark } = index
      const before = [index.sums(bounds, mark), index.checksum(mark)]
      for (const { member: each, adds } of then) {
        if (adds) index.add(idAt(each.n), orderOf(each))
        else index.delete(idAt(each.n), orderOf(each))
      }
      expect([index.sums(bounds, mark), index.checksum(mark)]).toEqual(before)
      const ids = index.ids(new Uint8Array(0), undefined, mark)
      expect(ids.toSorted(compareBytes)).toEqual(items.map(i => i.slice(ORDER_BYTES)).toSorted(compareBytes))
      for (const id of ids) expect(index.holds(id, mark)).toBe(true)
    })
  )
})

test("[RR1] a bound between neighbours parts them and is no longer than it must be", () => {
  const bytes = fc.uint8Array({ minLength: 4, maxLength: 4, max: 3 })
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const order = compareBytes(a, b)
      fc.pre(order !== 0)
      const [low, high] = order < 0 ? [a, b] : [b, a]
      const between = boundBetween(low, high)
      expect([isBefore(low, between), isBefore(high, between)]).toEqual([true, false])
      expect(isBefore(low, between.subarray(0, -1))).toBe(false)
    })
  )
})
