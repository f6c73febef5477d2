// Reconciles many pairs of sets: node --conditions=@syncline/source test/sets/run.ts [small|large] [count] [first seed]
// Ends at the first pair that goes wrong, naming its seed; `run.ts small 1 <that seed>` runs it alone.
import { judgePair, type PairEnd } from "./judge-pair.ts"
import { largePair, smallPair } from "./set-pair.ts"

const [size = "small", count = "100000", first = "0"] = process.argv.slice(2)
if (size !== "small" && size !== "large") throw new RangeError("sizes are small and large")
const pairOf = size === "small" ? smallPair : largePair
const ends: Partial<Record<PairEnd, number>> = {}
const start = performance.now()
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  try {
    const end = judgePair(pairOf(seed), seed)
    ends[end] = (ends[end] ?? 0) + 1
  } catch (cause) {
    throw new Error(`the ${size} pair of seed ${seed} goes wrong`, { cause })
  }
}
const seconds = ((performance.now() - start) / 1000).toFixed(1)
console.log(`${count} ${size} pairs from seed ${first} in ${seconds} s, none wrong`, ends)
