import fc from "fast-check"
import { expect, test } from "vitest"
import { type ActorId, parseActorId } from "../actor/actor-id.ts"
import { ByteReader } from "../bytes/byte-reader.ts"
import { ByteWriter } from "../bytes/byte-writer.ts"
import { arbitraryDamage, dotText, modelOfVector } from "../testing/dot-model.ts"
import { acceptedBy } from "../testing/error-code.ts"
import { VersionVector } from "../version-vector/version-vector.ts"
import { DottedVersionVectorSet } from "./dotted-version-vector-set.ts"

type NumberSet = DottedVersionVectorSet<number>

/** A register as plainly as it can be had: the dots seen, and the values still alive by their dot. */
interface Register {
  readonly seen: ReadonlySet<string>
  readonly alive: ReadonlyMap<string, number>
}

/** One replica's real set beside its model. Each replica writes under its own actor. */
interface Replica {
  readonly set: NumberSet
  readonly model: Register
}

const REPLICAS = 3
const actorOf = (index: number): ActorId => parseActorId(`${index}`.padStart(16, "0"))

type Step =
  | { readonly kind: "write"; readonly at: number; readonly readAt: number; readonly blind: boolean }
  | { readonly kind: "sync"; readonly at: number; readonly from: number }

const index = fc.nat({ max: REPLICAS - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("write" as const), at: index, readAt: index, blind: fc.boolean() }),
  fc.record({ kind: fc.constant("sync" as const), at: index, from: index })
)
const history = fc.array(step, { maxLength: 30 })

function modelJoin(a: Register, b: Register): Register {
  const alive = [...a.alive, ...b.alive].filter(
    ([dot]) => (a.alive.has(dot) || !a.seen.has(dot)) && (b.alive.has(dot) || !b.seen.has(dot))
  )
  return { seen: new Set([...a.seen, ...b.seen]), alive: new Map(alive) }
}

function write(replica: Replica, actor: ActorId, value: number, context: VersionVector): Replica {
  const set = replica.set.event(actor, value, context)
  const dot = dotText({ actor, seq: set.context.get(actor) })
  const read = modelOfVector(context)
  const alive = [...replica.model.alive].filter(([key]) => !read.has(key))
  const seen = new Set([...replica.model.seen, ...read, dot])
  return { set, model: { seen, alive: new Map([...alive, [dot, value]]) } }
}

/** Plays a history and returns the replicas; values are the numbers of the steps that wrote them. */
function play(steps: readonly Step[]): Replica[] {
  const replicas = Array.from({ length: REPLICAS }, (): Replica => {
    return { set: DottedVersionVectorSet.empty(), model: { seen: new Set(), alive: new Map() } }
  })
  steps.forEach((each, value) => {
    const target = replicas[each.at] as Replica
    if (each.kind === "sync") {
      const { set, model } = replicas[each.from] as Replica
      replicas[each.at] = { set: target.set.sync(set), model: modelJoin(target.model, model) }
      return
    }
    const context = each.blind ? VersionVector.empty : (replicas[each.readAt] as Replica).set.context
    replicas[each.at] = write(target, actorOf(each.at), value, context)
  })
  return replicas
}

function aliveOf(set: NumberSet): ReadonlyMap<string, number> {
  return new Map(set.dotted().map(([dot, value]) => [dotText(dot), value]))
}

function bytesOf(set: NumberSet): Uint8Array {
  const writer = new ByteWriter()
  set.writeTo(writer, (into, value) => into.varUint(value))
  return writer.finish()
}

const played = history.map(play)
const runs = { numRuns: 500 }

test("[DV1] [DV2] [DV4] a register is what the plain model says after any history", () => {
  let siblings = 0
  fc.assert(
    fc.property(played, replicas => {
      for (const { set, model } of replicas) {
        expect(aliveOf(set)).toEqual(model.alive)
        expect(modelOfVector(set.context)).toEqual(model.seen)
        siblings += set.size > 1 ? 1 : 0
      }
    }),
    runs
  )
  expect(siblings).toBeGreaterThan(50)
})

test("[DV3] sync is associative, commutative and idempotent", () => {
  fc.assert(
    fc.property(played, replicas => {
      const [x, y, z] = replicas.map(({ set }) => set) as [NumberSet, NumberSet, NumberSet]
      expect(bytesOf(x.sync(y))).toEqual(bytesOf(y.sync(x)))
      expect(bytesOf(x.sync(y).sync(z))).toEqual(bytesOf(x.sync(y.sync(z))))
      expect(x.sync(x).equals(x)).toBe(true)
    }),
    runs
  )
})

test("[DV5] lww discards only, and syncs to itself with the undiscarded set", () => {
  fc.assert(
    fc.property(played, replicas => {
      for (const { set } of replicas) {
        const discarded = set.lww((a, b) => a - b)
        expect(discarded.values).toEqual(set.size === 0 ? [] : [Math.max(...set.values)])
        expect(discarded.context.equals(set.context)).toBe(true)
        expect(bytesOf(discarded.sync(set))).toEqual(bytesOf(discarded))
        expect(bytesOf(set.sync(discarded))).toEqual(bytesOf(discarded))
      }
    }),
    runs
  )
})

test("[DV7] damaged bytes are a typed error or the one encoding of another set", () => {
  let accepted = 0
  const valid = played.map(replicas => bytesOf((replicas[0] as Replica).set))
  fc.assert(
    fc.property(arbitraryDamage(valid), bytes => {
      const reader = new ByteReader(bytes)
      const set = acceptedBy(() => DottedVersionVectorSet.readFrom(reader, each => each.varUint()))
      accepted += set === undefined ? 0 : 1
      const read = bytes.subarray(0, reader.position)
      expect(set === undefined ? read : bytesOf(set)).toEqual(read)
    }),
    { numRuns: 2000 }
  )
  expect(accepted).toBeGreaterThan(100)
})
