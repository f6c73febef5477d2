import * as Y from "yjs"
import { shownCount } from "../../document/count.ts"
import { firstOrdinaryIdentity, genesisIdentity } from "../genesis-identity.ts"
import { itemOf } from "./yjs-internals.ts"

const known = new WeakMap<Y.Item, boolean>()

/**
 * Whether a map is a counter: one made under the identity of a counter's genesis, which nothing else can be under. That is
 * told by its place and not by what a collection declares, as replicas which declare something else have to see the same.
 */
export function isCounter(map: Y.Map<unknown>): boolean {
  const item = itemOf(map)
  if (item === null || item.id.client >= firstOrdinaryIdentity) return false
  const found = known.get(item)
  if (found !== undefined) return found
  const path = pathOf(item)
  const isOne = path !== undefined && genesisIdentity({ path, kind: "counter" }) === item.id.client
  known.set(item, isOne)
  return isOne
}

/**
 * The sum of what all identities counted. Each writes under its own key alone, so that no two ever write one. What is no
 * safe integer somebody put in by hand, and it counts nothing.
 */
export function counterSum(map: Y.Map<unknown>): number {
  let sum = 0
  for (const value of map.values()) {
    if (isCount(value)) sum += value
    // Not to depend on the order, in which replicas differ.
    if (!Number.isSafeInteger(sum)) return shownCount(exactSum(map))
  }
  return sum
}

/** What one identity counted. */
export function ownCount(map: Y.Map<unknown>, identity: number): number {
  const own = map.get(String(identity))
  return isCount(own) ? own : 0
}

/** Adds to what one identity counted. */
export function addToOwn(map: Y.Map<unknown>, identity: number, by: number): void {
  map.set(String(identity), ownCount(map, identity) + by)
}

function exactSum(map: Y.Map<unknown>): bigint {
  let sum = 0n
  for (const value of map.values()) if (isCount(value)) sum += BigInt(value)
  return sum
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function pathOf(item: Y.Item): readonly string[] | undefined {
  const path: string[] = []
  for (let at: Y.Item | null = item; at !== null; ) {
    if (at.parentSub === null || !(at.parent instanceof Y.AbstractType)) return undefined
    path.unshift(at.parentSub)
    at = itemOf(at.parent)
  }
  return path
}
