import { describe, expect, it } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { openReplica } from "../replica/open-replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { noteId, ProjectorWorld } from "../testing/core-projector-world.ts"
import { memorySink } from "../testing/memory-sink.ts"
import { publishedGuarantees } from "./published-guarantees.ts"
import type { SinkGuarantees } from "./sink.ts"

describe("strategies", () => {
  it("[PJ29] are switched while the sink is fed, and what lingered goes at once", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open({ strategy: { kind: "read-repair" } })
    await world.settle()
    world.source.put(noteId("a"), { n: 1 })
    world.timers.advance(900)
    await world.settle()
    expect(world.heightOf("a")).toBeUndefined()
    projector.setStrategy({ kind: "write-through", deadlineMs: 50 })
    await world.settle()
    expect([world.heightOf("a"), projector.status.strategy]).toEqual([1, "write-through"])
    world.failures = Infinity
    const { position } = world.source.put(noteId("a"), { n: 2 })
    const late = world.timers.run(projector.projected(position))
    await expect(late).rejects.toMatchObject({ code: "projection-pending" })
    await projector.close()
  })

  it("[PJ29] times that are none are refused", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open()
    expect(() => projector.setStrategy({ kind: "reconcile", everyMs: 0 })).toThrow(
      expect.objectContaining({ code: "options-invalid" }) as Error
    )
    expect(() => projector.setStrategy({ kind: "write-behind", lingerMs: Number.NaN })).toThrow(
      expect.objectContaining({ code: "options-invalid" }) as Error
    )
    expect(projector.status.strategy).toBe("write-behind")
  })

  it.each([
    { strategi: { kind: "write-through" } },
    { strategy: { kind: "write-through", lingerMs: 1 } },
    { batch: { document: 5 } },
    { backoff: { firstMS: 5 } },
    { breaker: { failure: 5 } },
    { lease: { ttl: 5 } }
  ])("[PJ29] options that do not exist are refused: %j", async options => {
    const opening = new ProjectorWorld().open(options as Parameters<ProjectorWorld["open"]>[0])
    await expect(opening).rejects.toMatchObject({
      code: "options-invalid",
      message: expect.stringMatching(/no option "(strategi|lingerMs|document|firstMS|failure|ttl)"/) as string
    })
  })

  it("[PJ29] a misspelt option beside `sink` is refused by openReplica", async () => {
    const misspelt = { sink: memorySink(), strategie: { kind: "write-through" } }
    const opening = openReplica({ store: memoryStore(), engine: yjs(), sinks: [misspelt] })
    await expect(opening).rejects.toMatchObject({ code: "options-invalid" })
  })

  it("[PJ29] strategies that do not exist, and batches of no whole number, are refused", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open()
    for (const bad of [{ kind: "write-aside" }, {}, null, "reconcile", 5])
      expect(() => projector.setStrategy(bad as never)).toThrow(
        expect.objectContaining({ code: "options-invalid" }) as Error
      )
    expect(projector.status.strategy).toBe("write-behind")
    await projector.close()
    for (const documents of [0.5, 2.5, Infinity])
      await expect(world.open({ batch: { documents } })).rejects.toMatchObject({ code: "options-invalid" })
  })

  it("[PJ31] a strategy that is set once it is closed starts nothing", async () => {
    const world = new ProjectorWorld()
    let runs = 0
    const reconcile = (): Promise<void> => Promise.resolve(void runs++)
    const projector = await world.open({ reconcile })
    await projector.close()
    projector.setStrategy({ kind: "reconcile", everyMs: 10 })
    world.timers.advance(100)
    expect(runs).toBe(0)
  })

  it("[PJ31] reconcile runs at its interval, begun when the run before has ended, until there is another strategy", async () => {
    const world = new ProjectorWorld()
    const runs: PromiseWithResolvers<void>[] = []
    const reconcile = (): Promise<void> => {
      const run = Promise.withResolvers<void>()
      runs.push(run)
      return run.promise
    }
    const projector = await world.open({ reconcile, strategy: { kind: "reconcile", everyMs: 1000 } })
    world.timers.advance(1000)
    projector.setStrategy({ kind: "reconcile", everyMs: 1000 })
    world.timers.advance(5000)
    expect(runs).toHaveLength(1)
    runs[0]?.resolve()
    await world.settle()
    world.timers.advance(999)
    expect(runs).toHaveLength(1)
    world.timers.advance(1)
    expect(runs).toHaveLength(2)
    projector.setStrategy({ kind: "write-behind" })
    runs[1]?.resolve()
    await world.settle()
    world.timers.advance(5000)
    expect(runs).toHaveLength(2)
  })

  it("[PJ31] closing cancels what is under way, and waits for it", async () => {
    const world = new ProjectorWorld()
    const reconcile = (signal: AbortSignal): Promise<void> =>
      new Promise(resolve => signal.addEventListener("abort", () => resolve()))
    const projector = await world.open({ reconcile, strategy: { kind: "reconcile", everyMs: 1000 } })
    world.timers.advance(1000)
    await projector.close()
    expect(world.timers.pending).toBe(0)
  })
})

describe("guarantees", () => {
  const all = (writes: SinkGuarantees["writes"], can: boolean): SinkGuarantees => ({
    writes,
    atomicWatermark: can,
    compareAndSwap: can,
    tombstones: can
  })

  it("[PJ33] say in words what a sink's backend can do, once it could be opened, and go on to say it", async () => {
    const world = new ProjectorWorld()
    world.failures = 1
    const projector = await world.open()
    expect(projector.guarantees).toBeUndefined()
    await world.timers.run(projector.drain())
    expect(projector.guarantees).toMatchObject({ writes: "conditional" })
    await projector.close()
    expect(projector.guarantees?.withOneWriter).toContain("never replaces a newer one")
  })

  it("[PJ33] no two sinks that can do different things are promised the same", () => {
    const words = (guarantees: SinkGuarantees): readonly string[] => {
      const { withOneWriter, withSeveralWriters, atRest, ofRepair } = publishedGuarantees(guarantees)
      return [withOneWriter, withSeveralWriters, atRest, ofRepair]
    }
    const [strong, weak] = [words(all("conditional", true)), words(all("last-write", false))]
    for (const [index, sentence] of strong.entries()) expect(weak[index]).not.toBe(sentence)
    expect(words({ ...all("conditional", true), lease: true })).not.toEqual(strong)
    for (const one of ["atomicWatermark", "compareAndSwap", "tombstones"] as const)
      expect(words({ ...all("conditional", true), [one]: false })).not.toEqual(strong)
  })

  it("[PJ33] a projector over another sink publishes that sink's", async () => {
    const world = new ProjectorWorld()
    const sink = memorySink(world.place)
    const weaker = {
      name: sink.name,
      open: async (context: Parameters<typeof sink.open>[0]) =>
        Object.assign(await sink.open(context), { guarantees: all("last-write", false) })
    }
    const projector = await world.open({}, weaker)
    expect(projector.guarantees?.withSeveralWriters).toContain("give the sink one writer")
  })
})
