import { keyedId, type SetId } from "@syncline/diff/set"
import { fuzzRandom } from "../fuzz/fuzz-random.ts"

/** Most members of the larger set of a small pair. */
const mostMembers = 200

/** Pairs after which every size and, for it, every number of differences came once: n from 0 to 200, d from 0 to n. */
export const smallPairs: number = ((mostMembers + 1) * (mostMembers + 2)) / 2

/** Two sets of ids, told as what they share and what only one of them has. */
export interface SetPair {
  readonly common: readonly SetId[]
  readonly left: readonly SetId[]
  readonly right: readonly SetId[]
}

/** Of n members altogether, d in one set only: the pair of a seed. Seeds that follow each other go through all n and d. */
export function smallPair(seed: number): SetPair {
  const place = seed % smallPairs
  // The pairs of fewer than n members are n(n + 1)/2.
  const members = Math.floor((Math.sqrt(8 * place + 1) - 1) / 2)
  return pairOf(seed, members, place - (members * (members + 1)) / 2)
}

/** A pair of a hundred thousand members, of which one in a hundred thousand, up to all, differ: as often few as many. */
export function largePair(seed: number): SetPair {
  const members = 100_000
  const exponent = fuzzRandom(seed).below(2 ** 16) / 2 ** 16
  return pairOf(seed, members, Math.floor(members ** exponent))
}

function pairOf(seed: number, members: number, differing: number): SetPair {
  const random = fuzzRandom(seed)
  const start = random.below(pool.length - members + 1)
  const ids = pool.slice(start, start + members)
  // Differences of one side alone are as likely as any other division.
  const left = random.below(4) === 0 ? differing : random.below(differing + 1)
  const cut = random.below(2) === 0 ? left : differing - left
  return { left: ids.slice(0, cut), right: ids.slice(cut, differing), common: ids.slice(differing) }
}

const poolKey = Uint8Array.from({ length: 16 }, (_, at) => 5 * at)

/** Ids that pairs are taken from: making them for each would take longer than comparing. */
const pool: readonly SetId[] = Array.from({ length: 300_000 }, (_, number) => {
  const name = new Uint8Array(4)
  new DataView(name.buffer).setUint32(0, number)
  return keyedId(poolKey, name)
})
