import { ActorTable, type ActorId, type CausalOrder, VersionVector } from "@syncline/clock"
import { compare as compareThing, merge as mergeThing } from "@thi.ng/vclock"
import { type Bench, type BenchContext, pair } from "../harness/bench.ts"
import { randomActors, seededRandom, type SharedVector, toLoro, toThing } from "./vectors.ts"

interface Case {
  readonly label: string
  readonly order: CausalOrder
  readonly a: SharedVector
  readonly b: SharedVector
}

const SIZES = [16, 256, 1024]
// The size the figures are promised for; the others are shown so that nothing hides beside it.
const PROMISED_SIZE = 256

/** Pairs of vectors over `size` actors, chosen so that no library can stop at the first entry in all of them. */
function cases(size: number): Case[] {
  const random = seededRandom(size)
  const actors = randomActors(size, random)
  const base = new Map(actors.map(actor => [actor, 1 + Math.floor(random() * 5000)]))
  const raised = new Map([...base].map(([actor, seq]) => [actor, seq + Math.floor(random() * 3)]))
  const last = actors.at(-1) ?? actors[0]
  const lateA = new Map(raised)
  const lateB = new Map(base)
  if (last !== undefined) {
    lateA.set(last, 1)
    lateB.set(last, 2)
  }
  const more = new Map(interleaved(raised, randomActors(Math.ceil(size / 4), random)))
  const overlap = randomActors(Math.ceil(size / 4), random)
  const otherHalf = new Map([
    ...[...base].slice(Math.ceil(size / 4)),
    ...overlap.map(actor => [actor, 9] as const)
  ])
  return [
    { label: "dominating, same actors", order: "before", a: base, b: raised },
    { label: "one entry behind", order: "before", a: base, b: withLastRaised(base) },
    { label: "equal", order: "equal", a: base, b: new Map(base) },
    { label: "dominating, a quarter more actors between", order: "before", a: base, b: more },
    { label: "concurrent, seen at the last actor", order: "concurrent", a: lateA, b: lateB },
    { label: "concurrent, a quarter of the actors foreign", order: "concurrent", a: base, b: otherHalf }
  ]
}

/** The entries with a new actor after every fourth, so that positions in the two vectors drift apart. */
function interleaved(vector: SharedVector, added: readonly ActorId[]): Array<readonly [ActorId, number]> {
  return [...vector].flatMap((entry, i) => {
    const extra = i % 4 === 0 ? added[i / 4] : undefined
    return extra === undefined ? [entry] : [entry, [extra, 7] as const]
  })
}

function withLastRaised(vector: SharedVector): SharedVector {
  const raised = new Map(vector)
  const last = [...vector.keys()].at(-1)
  if (last !== undefined) raised.set(last, (vector.get(last) ?? 0) + 1)
  return raised
}

/** Ours as they are at hand in practice in practice: each decoded from its own bytes, so that they share no arrays. */
function received(vector: SharedVector, home: ActorTable): VersionVector {
  return VersionVector.decode(VersionVector.from(vector).encode(), { home })
}

function receivedPair(a: SharedVector, b: SharedVector): readonly [VersionVector, VersionVector] {
  // The larger vector's actors were met first: then the two vectors' actors interleave in the table's order too.
  const home = new ActorTable()
  const larger = a.size > b.size ? a : b
  for (const actor of larger.keys()) home.intern(actor)
  return [received(a, home), received(b, home)]
}

function runCompare(context: BenchContext): void {
  for (const size of SIZES) {
    for (const { label, order, a, b } of cases(size)) {
      const ours = receivedPair(a, b)
      if (ours[0].compare(ours[1]) !== order) throw new Error(`case "${label}" is not ${order}`)
      const thing = [toThing(a), toThing(b)] as const
      const loro = [toLoro(a), toLoro(b)] as const
      const run = (): unknown => ours[0].compare(ours[1])
      const input = `${size} entries, ${label}`
      reportPair(context, "clock/compare", input, size, run, "@thi.ng/vclock", 15, () =>
        compareThing(...thing)
      )
      reportPair(context, "clock/compare", input, size, run, "loro-crdt", 3, () => loro[0].compare(loro[1]))
    }
  }
}

function runMerge(context: BenchContext): void {
  for (const size of SIZES) {
    for (const { label, a, b } of cases(size)) {
      const ours = receivedPair(a, b)
      const thing = [toThing(a), toThing(b)] as const
      const input = `${size} entries, ${label}`
      reportPair(
        context,
        "clock/merge",
        input,
        size,
        () => ours[0].merge(ours[1]),
        "@thi.ng/vclock",
        undefined,
        () => mergeThing(...thing)
      )
    }
  }
}

function reportPair(
  context: BenchContext,
  bench: string,
  input: string,
  size: number,
  ours: () => unknown,
  peerName: string,
  factor: number | undefined,
  peer: () => unknown
): void {
  const speed = pair(ours, peer, { minTimeMs: context.quick ? 10 : 300 })
  const promised = factor !== undefined && size === PROMISED_SIZE
  context.report({
    bench,
    input,
    metric: "calls",
    unit: "1/s",
    ...speed,
    peerName,
    better: "higher",
    target: promised ? `>= ${factor}x` : "",
    met: promised ? speed.ratio >= factor : null
  })
}

/** Comparison and merge of version vectors beside the two libraries of the field that offer them. */
export const benches: readonly Bench[] = [
  { name: "clock/compare", run: runCompare },
  { name: "clock/merge", run: runMerge }
]
