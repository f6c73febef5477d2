import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Conflict } from "../conflict/conflict.ts"
import type { ConflictRule } from "../conflict/policy.ts"
import { automerge } from "../engine/automerge/automerge-engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { custom } from "../policy/custom.ts"
import { mergeMax } from "../policy/merge.ts"
import { firstWriterWins, lastWriterWins } from "../policy/writer-wins.ts"
import { noteId, openCore, pull, settle, type TestCore } from "../testing/core-fixture.ts"
import { runsOf } from "../testing/core-runs.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import { Conflicts } from "./conflicts.ts"
import { Document } from "./document.ts"

await automerge().ready?.()

const keys = ["dice", "last", "first", "most", "box"] as const

type Step =
  | {
      readonly do: "set" | "unset" | "inside"
      readonly who: number
      readonly key: number
      readonly value: number
    }
  | { readonly do: "pull"; readonly who: number; readonly from: number }
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "fold"; readonly who: number; readonly retain: number }

const nat = fc.nat({ max: 20 })
const editing: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom("set", "set", "set", "unset", "inside"),
  who: nat,
  key: nat,
  value: fc.nat({ max: 5 })
})
const pulling: fc.Arbitrary<Step> = fc.record({ do: fc.constant("pull"), who: nat, from: nat })
const waiting: fc.Arbitrary<Step> = fc.record({ do: fc.constant("wait"), ms: fc.nat({ max: 15_000 }) })
const folding: fc.Arbitrary<Step> = fc.record({
  do: fc.constant("fold"),
  who: nat,
  retain: fc.nat({ max: 4 })
})
const unfolded = fc.oneof({ weight: 6, arbitrary: editing }, { weight: 2, arbitrary: pulling }, waiting)
const folded = fc.oneof({ weight: 8, arbitrary: unfolded }, folding)

/** Copies of one document that settle its conflicts, each by functions of its own. */
class SettlingFleet {
  readonly #time = new VirtualTime()
  readonly copies: TestCore[] = []
  asked = 0

  async open(size: number, seed: number, engine: ReturnType<typeof yjs>): Promise<void> {
    for (let at = 0; at < size; at++) {
      const random = new SeededRandom(seed + at)
      const dice = custom(() => {
        this.asked++
        return random.chance(0.2) ? { value: undefined } : { value: random.integer(1_000) }
      })
      const conflicts: readonly ConflictRule[] = [
        { path: "dice", policy: dice },
        { path: "last", policy: lastWriterWins() },
        { path: "first", policy: firstWriterWins() },
        { path: "most", policy: mergeMax() },
        at % 2 === 0 ? { path: "box/**", policy: lastWriterWins() } : { path: "box/**", policy: dice }
      ]
      const nowMs = () => Date.UTC(2026, 0) + this.#time.nowMs()
      const ports = { timers: this.#time, time: { nowMs } }
      this.copies.push(
        await openCore({
          conflicts,
          engine,
          ports,
          seed: seed + at,
          retainCommits: Number.POSITIVE_INFINITY
        })
      )
    }
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      await this.#time.advance(1)
      await this.#step(step)
    }
  }

  /** Rounds in which everybody gets everything and time passes, until nobody writes any more. */
  async rest(rounds: number): Promise<boolean> {
    let before = ""
    for (let round = 0; round < rounds; round++) {
      for (const to of this.copies) for (const from of this.copies) if (to !== from) await pull(to, from)
      await this.#time.advance(60_000)
      const after = await this.#versions()
      if (after === before) return true
      before = after
    }
    return false
  }

  async values(): Promise<readonly unknown[]> {
    return Promise.all(this.copies.map(async copy => (await copy.load()).document.value()))
  }

  async records(copy: TestCore): Promise<readonly Conflict[]> {
    const records: Conflict[] = []
    for await (const record of new Conflicts(copy.core).list()) records.push(record)
    return records
  }

  async #versions(): Promise<string> {
    const versions: string[] = []
    for (const copy of this.copies) {
      await settle(copy)
      versions.push(Buffer.from((await copy.host.version(noteId)).digest(noteId)).toString("hex"))
    }
    return versions.join()
  }

  async #step(step: Step): Promise<void> {
    if (step.do === "wait") return this.#time.advance(step.ms)
    const copy = this.#copy(step.who)
    if (step.do === "fold") return void (await copy.core.compactor.fold(noteId, step.retain))
    if (step.do === "pull") return void (await pull(copy, this.#copy(step.from)))
    const document = new Document<Record<string, unknown>>(copy.core, await copy.load(), async () => {})
    const key = keys[step.key % keys.length] ?? "dice"
    document.change(draft => edit(draft, step.do, key, step.value))
  }

  #copy(at: number): TestCore {
    return this.copies[at % this.copies.length] as TestCore
  }
}

function edit(draft: Record<string, unknown>, what: Step["do"], key: string, value: number): void {
  const at = draft[key]
  if (what === "unset") delete draft[key]
  else if (what === "inside" && typeof at === "object" && at !== null)
    (at as Record<string, unknown>)[`k${value % 2}`] = value
  else draft[key] = key === "box" ? { k0: value } : value
}

describe.each([
  ["yjs", yjs],
  ["automerge", automerge]
] as const)("%s", (_, makeEngine) => {
  test.each([
    ["all hold all commits", unfolded, true],
    ["some are folded", folded, false]
  ] as const)(
    "[PO9] whatever functions decide, replicas come to rest, with nothing open: %s",
    {
      timeout: 300_000
    },
    async (__, step, isWhole) => {
      const counts = { asked: 0, found: 0 }
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 2, max: 4 }),
          fc.nat({ max: 1_000_000 }),
          fc.array(step, { minLength: 15, maxLength: 60 }),
          async (size, seed, steps) => {
            const fleet = new SettlingFleet()
            await fleet.open(size, seed, makeEngine())
            await fleet.run(steps)
            expect(await fleet.rest(20)).toBe(true)
            const [value, ...values] = await fleet.values()
            for (const other of values) expect(other).toEqual(value)
            const [records = [], ...others] = await Promise.all(fleet.copies.map(copy => fleet.records(copy)))
            counts.asked += fleet.asked
            counts.found += records.length
            // Replicas that folded commits have no records of them, or keep some that others do not.
            const compared = isWhole ? others : []
            for (const other of compared) expect(other.map(placeless)).toEqual(records.map(placeless))
            const open = isWhole ? records.filter(({ state }) => state === "open") : []
            expect(open).toEqual([])
            for (const { core } of fleet.copies) await core.close()
          }
        ),
        runsOf(40, makeEngine())
      )
      expect(counts.asked).toBeGreaterThan(0)
      expect(counts.found).toBeGreaterThan(0)
    }
  )
})

function placeless(record: Conflict): unknown {
  return { ...record, path: undefined }
}
