import { fuzz, type FuzzReport, type FuzzWatch } from "./fuzz.ts"
import type { FuzzTarget } from "./fuzz-target.ts"

/** How much a run may take. */
export interface FuzzBounds {
  /** Per input. The slowest conversations take a twentieth of it on a busy machine. */
  readonly maxInputMs: number
  /** Of what is held after a collection, from the first inputs to the last, however many there are. */
  readonly maxGrowthBytes: number
}

/** Generous: what hangs hangs for ever, and what keeps something of each input goes beyond any bound in a long run. */
export const fuzzBounds: FuzzBounds = { maxInputMs: 20_000, maxGrowthBytes: 2 ** 26 }

/** What a run came to, and how much more is held after it. */
export interface BoundedReport extends FuzzReport {
  readonly grownBytes: number
}

/** Caches are filled, and what is compiled is compiled. */
const warmInputs = 2_000

/**
 * Runs as `fuzz` does. `heldBytes` collects, and says what is held.
 *
 * @throws Error as `fuzz`, for an input that took too long, and for memory that grew.
 */
export async function fuzzWithin(
  target: FuzzTarget,
  { count, firstSeed }: { readonly count: number; readonly firstSeed: number },
  { maxInputMs, maxGrowthBytes }: FuzzBounds,
  { heldBytes, ...watch }: FuzzWatch & { readonly heldBytes: () => number }
): Promise<BoundedReport> {
  const warm = Math.min(warmInputs, Math.floor(count / 2))
  const first = await fuzz(target, warm, firstSeed, watch)
  const before = heldBytes()
  const rest = await fuzz(target, count - warm, firstSeed + warm, watch)
  const grownBytes = heldBytes() - before
  const slower = first.slowestMs > rest.slowestMs ? first : rest
  if (slower.slowestMs > maxInputMs)
    throw new Error(
      `${target.name} took ${Math.round(slower.slowestMs)} ms for seed ${slower.slowestSeed}, more than ${maxInputMs}`
    )
  if (grownBytes > maxGrowthBytes)
    throw new Error(
      `${target.name} holds ${grownBytes} bytes more after seeds ${firstSeed + warm} to ${firstSeed + count - 1} than before, which may be ${maxGrowthBytes}`
    )
  const { name, slowestMs, slowestSeed } = slower
  const [accepted, refused] = [first.accepted + rest.accepted, first.refused + rest.refused]
  return { name, accepted, refused, slowestMs, slowestSeed, grownBytes }
}
