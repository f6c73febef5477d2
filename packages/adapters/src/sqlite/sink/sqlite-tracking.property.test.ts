import type { Projector, VerifyReport } from "@syncline/core"
import { SeededRandom } from "@syncline/core/testing"
import fc from "fast-check"
import { expect, test } from "vitest"
import {
  allWindowsClosed,
  altered,
  noteCount,
  othersWrites,
  schemaWindow,
  takenAway,
  tampered
} from "../testing/others-sql.ts"
import { foundIn, type TrackedNotes, trackedNotes } from "../testing/tracked-notes.ts"

// A smaller seed is no smaller history.
const seeds = fc.noShrink(fc.integer({ min: 0, max: 0xffffffff }))
const steps = 15

/** How often a verification by the tree said so. */
const said = { right: 0, wrong: 0, unsure: 0 }

/** What others do to a sink between verifications, drawn from a seed. */
class History {
  readonly #random: SeededRandom
  readonly #notes: TrackedNotes
  #projector: Projector
  #writes = 0

  constructor(random: SeededRandom, notes: TrackedNotes) {
    this.#random = random
    this.#notes = notes
    this.#projector = notes.projector
  }

  async play(): Promise<void> {
    for (let step = 0; step < steps; step++) {
      await this.#step()
      if (await this.#agrees()) continue
      if (this.#random.chance(0.3)) {
        await this.#run(tampered(this.#random))
        await this.#agrees()
      }
      await this.#mend()
    }
    await this.#projector.close()
  }

  async #step(): Promise<void> {
    const random = this.#random
    const chance = random.next()
    if (chance < 0.3) await this.#run(othersWrites(random))
    else if (chance < 0.45) this.#write()
    else if (chance < 0.6) await this.#duringWindow()
    else if (chance < 0.8) await this.#beside()
    else if (chance < 0.85) await this.#run(altered(random))
    else if (chance < 0.95) await this.#run(tampered(random))
    else await this.#openAnew()
  }

  /** Something of others is there for a while; who verifies meanwhile, is none to go on from. */
  async #duringWindow(): Promise<void> {
    const [open, close] = schemaWindow(this.#random)
    await this.#run(open)
    if (this.#random.chance(0.5)) await this.#mend()
    await this.#run(othersWrites(this.#random))
    await this.#run(close)
  }

  /** Something of others stays, and everything is verified beside it. */
  async #beside(): Promise<void> {
    const windows = Array.from({ length: 1 + this.#random.integer(2) }, () => schemaWindow(this.#random))
    for (const [open] of windows) await this.#run(open)
    await this.#mend()
    if (this.#random.chance(0.5)) await this.#run(othersWrites(this.#random))
    this.#write()
  }

  #write(): void {
    const { bench } = this.#notes
    for (let count = 1 + this.#random.integer(3); count > 0; count--) {
      const key = this.#random.integer(noteCount)
      if (this.#random.chance(0.3)) bench.delete(key)
      else bench.put(key, `own ${this.#writes++}`)
    }
  }

  async #openAnew(): Promise<void> {
    await this.#projector.close()
    await this.#run(this.#random.pick([othersWrites, altered, tampered, takenAway])(this.#random))
    this.#projector = await this.#notes.bench.project()
  }

  /** What is wrong or refused half way is the application's. */
  #run(sql: string): Promise<void> {
    return this.#notes.run(sql).catch(() => {})
  }

  /** Whether a verification by the tree found nothing. */
  async #agrees(): Promise<boolean> {
    await this.#projector.drain()
    const byTree = await this.#verify({ mode: { kind: "merkle" } })
    const [sink] = byTree.sinks
    if (sink?.error !== undefined) {
      said.unsure++
      expect(sink.error).toMatchObject({ code: "verification-unsure" })
      return false
    }
    // Of one collection: this reads everything, and is none to go on from.
    const found = foundIn(await this.#verify({ collections: ["notes"] }))
    expect(foundIn(byTree)).toEqual(found)
    said[found.length === 0 ? "right" : "wrong"]++
    return found.length === 0
  }

  /** Mends what is found, and verifies in full until there is nothing, if that can be had. */
  async #mend(): Promise<void> {
    for (const closing of ["", allWindowsClosed]) {
      await this.#run(closing)
      const report = await this.#verify()
      if (report.clean) return
      await this.#notes.bench.repair(this.#projector, report, { force: true })
      if ((await this.#verify()).clean) return
    }
  }

  #verify(options = {}): Promise<VerifyReport> {
    return this.#notes.bench.verify(this.#projector, options)
  }
}

test("[VF20] [SK12] [SK13] whatever SQL others run, a verification by the tree finds what one in full does, or is unsure", async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async seed => {
      await new History(new SeededRandom(seed), await trackedNotes(noteCount)).play()
    }),
    // Each is some fifteen verifications of either kind.
    { numRuns: fc.readConfigureGlobal().numRuns ?? 20 }
  )
  expect(Math.min(...Object.values(said))).toBeGreaterThan(0)
})
