import { ActorTable, VersionVector } from "@syncline/clock"
import type { Bench, BenchContext } from "../harness/bench.ts"
import { randomActors, seededRandom, type SharedVector, toLoro } from "./vectors.ts"

const SIZES = [16, 256, 1024]
// The size the figure is promised for: in a small vector the one byte of header weighs more.
const PROMISED_SIZE = 256
const SHARED_TARGET = 3

interface Form {
  readonly input: string
  readonly bytes: number
  /** Bytes an entry at most; undefined where nothing is promised. */
  readonly target: number | undefined
}

/** The forms one vector can travel in. A peer behind by some entries is one that has seen all but those. */
function forms(vector: SharedVector): Form[] {
  const table = new ActorTable()
  const known = VersionVector.from(vector)
  for (const actor of vector.keys()) table.intern(actor)
  const tenth = Math.ceil(vector.size / 10)
  const ahead = known.withAll([...vector].slice(0, tenth).map(([actor, seq]) => [actor, seq + 3] as const))
  return [
    { input: "actors inline", bytes: known.encode().length, target: undefined },
    { input: "shared actor table", bytes: known.encode({ table }).length, target: SHARED_TARGET },
    {
      input: "peer knows all, less the byte of header",
      bytes: known.encode({ since: known }).length - 1,
      target: 0
    },
    {
      input: "peer lacks a tenth, shared table",
      bytes: ahead.encode({ since: known, table }).length,
      target: undefined
    }
  ]
}

function runSizes(context: BenchContext): void {
  for (const size of SIZES) {
    const random = seededRandom(size)
    const vector = new Map(
      randomActors(size, random).map(actor => [actor, 1 + Math.floor(random() * 5000)] as const)
    )
    const peer = toLoro(vector).encode().length / size
    for (const { input, bytes, target: promised } of forms(vector)) {
      const target = size === PROMISED_SIZE ? promised : undefined
      const ours = bytes / size
      context.report({
        bench: "clock/bytes",
        input: `${size} entries, ${input}`,
        metric: "encoded size",
        unit: "B/entry",
        ours,
        peer,
        peerName: "loro-crdt",
        ratio: ours / peer,
        better: "lower",
        target: target === undefined ? "" : `<= ${target} B/entry`,
        met: target === undefined ? null : ours <= target
      })
    }
  }
}

/** Bytes an encoded version vector takes per entry; the header of what the peer knows already is not an entry's. */
export const benches: readonly Bench[] = [{ name: "clock/bytes", run: runSizes }]
