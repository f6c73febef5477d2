import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { coreError } from "../errors/core-error.ts"
import type { Meter, Metric, MetricLabels, ReadGauge } from "../ports/meter.ts"
import { noteId, ProjectorWorld } from "../testing/core-projector-world.ts"
import { openReplica } from "../replica/open-replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memorySink } from "../testing/memory-sink.ts"
import { LagClock } from "./lag-clock.ts"
import type { SinkEvent } from "./sink-event.ts"
import { sinkMetrics } from "./sink-metrics.ts"

/** Keeps sums of counters, the last values of gauges, and all values of histograms, by metric and labels. */
class Tally implements Meter {
  readonly sums = new Map<string, number>()
  readonly values = new Map<string, number[]>()

  add(metric: Metric, amount: number, labels: MetricLabels): void {
    this.#check(metric, "counter", labels)
    this.sums.set(metric.name, (this.sums.get(metric.name) ?? 0) + amount)
  }

  set(metric: Metric, value: number, labels: MetricLabels): void {
    this.#check(metric, "gauge", labels)
    this.sums.set(metric.name, value)
  }

  observe(metric: Metric, value: number, labels: MetricLabels): void {
    this.#check(metric, "histogram", labels)
    this.values.set(metric.name, [...(this.values.get(metric.name) ?? []), value])
  }

  #check(metric: Metric, kind: Metric["kind"], labels: MetricLabels): void {
    expect(metric.kind).toBe(kind)
    expect(Object.keys(labels)).toEqual(metric.labels)
  }
}

describe("sinkMetrics", () => {
  it("[ME1] names are unique, and each has a unit, a description and ascending buckets where it is a histogram", () => {
    const all: readonly Metric[] = Object.values(sinkMetrics)
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
    for (const { kind, unit, description, buckets } of all) {
      expect([unit === "", description === ""]).toEqual([false, false])
      expect(kind === "histogram").toBe(buckets !== undefined)
      expect(buckets?.toSorted((a, b) => a - b)).toEqual(buckets)
    }
  })

  it("[ME2] what a projector does is measured: documents, batches, failures, retries, the breaker, the lag, what is parked", async () => {
    const tally = new Tally()
    const world = new ProjectorWorld(tally)
    const projector = await world.open({ batch: { documents: 100 }, breaker: { failures: 2 } })
    await projector.drain()
    world.failures = 3
    world.applyMs = () => 7
    world.putMany(90)
    const drained = projector.drain()
    await world.settle()
    expect(tally.sums.get("syncline.sink.lag.documents")).toBe(90)
    await world.timers.run(drained)
    const sums = Object.values(sinkMetrics).map(({ name }) => [name.slice(14), tally.sums.get(name)])
    expect(Object.fromEntries(sums)).toMatchObject({
      "lag.documents": 0,
      "lag.time": 0,
      written: 90,
      failures: 3,
      retries: 3,
      breaker: 0,
      parked: 0
    })
    const batches = tally.values.get("syncline.sink.batch.documents") ?? []
    expect(batches.reduce((sum, size) => sum + size, 0)).toBe(90)
    expect(new Set(tally.values.get("syncline.sink.batch.time"))).toEqual(new Set([0.007]))
  })

  it("[ME2] what gets in when parked documents are tried again counts as written, and is told", async () => {
    const tally = new Tally()
    const world = new ProjectorWorld(tally)
    world.refuse = ids => (ids.includes(noteId("d1")) ? coreError("sink-refused", "CHECK failed") : undefined)
    world.putMany(5)
    const synced: number[] = []
    const onEvent = (event: SinkEvent) => event.type === "synced" && synced.push(event.documents)
    const projector = await world.open({ backoff: { firstMs: 1, maxMs: 5 }, onEvent })
    await world.timers.run(projector.drain())
    world.refuse = () => undefined
    await world.timers.run(projector.retryParked())
    await world.settle()
    expect([tally.sums.get(sinkMetrics.written.name), synced]).toEqual([5, [4, 1]])
  })

  it("[ME7] a meter that asks gets the lag as it is, while the breaker rests and while the sink is paused, until it is closed", async () => {
    const gauges = new Map<string, ReadGauge>()
    const watch: NonNullable<Meter["watch"]> = ({ name }, { sink }, read) => {
      gauges.set(`${sink} ${name.slice(18)}`, read)
      return () => gauges.delete(`${sink} ${name.slice(18)}`)
    }
    const world = new ProjectorWorld(Object.assign(new Tally(), { watch }))
    const asked = (): Promise<unknown> =>
      Promise.all(["memory documents", "memory time"].map(async name => gauges.get(name)?.()))
    world.source.put(noteId("early"), { n: 1 })
    const projector = await world.open({ breaker: { failures: 1 } })
    await projector.drain()
    expect(await asked()).toEqual([0, 0])
    world.failures = 1
    world.putMany(2)
    projector.drain().catch(() => {})
    await world.settle()
    expect(projector.status.breaker).toBe("open")
    world.nowMs += 5000
    world.source.put(noteId("late"), { n: 1 })
    expect(await asked()).toEqual([3, 5])
    projector.pause()
    world.nowMs += 5000
    expect(await asked()).toEqual([3, 10])
    await projector.close()
    expect(gauges.size).toBe(0)
  })

  it("[ME7] while a sink cannot be opened, what it lacks counts from where it was", async () => {
    const tally = new Tally()
    const world = new ProjectorWorld(tally)
    world.putMany(5)
    const projector = await world.open({ breaker: { failures: 2 } })
    await projector.drain()
    world.failure = coreError("sink-fenced", "overtaken")
    world.failures = 2
    world.source.put(noteId("late"), { n: 1 })
    const drained = projector.drain()
    await world.settle()
    world.nowMs += 5000
    world.timers.advance(1000)
    await world.settle()
    expect([projector.session, projector.status.breaker]).toEqual([undefined, "open"])
    expect(tally.sums.get(sinkMetrics.lagDocuments.name)).toBe(1)
    await world.timers.run(drained)
    expect(tally.sums.get(sinkMetrics.lagDocuments.name)).toBe(0)
  })

  it("[ME3] the lag is the time that the oldest commit waits, to within a hundredth, in bounded memory", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 0, max: 5000 }), (count, reached) => {
        const clock = new LagClock()
        for (let position = 1; position <= count; position++) clock.grew(position, position * 10)
        clock.reached(reached)
        const now = count * 10 + 1000
        const truth = reached >= count ? 0 : now - (reached + 1) * 10
        expect(Math.abs(clock.lagMs(now) - truth)).toBeLessThanOrEqual(Math.max(20, 0.01 * count * 10))
      })
    )
  })

  it("[ME3] status says it", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open()
    await world.settle()
    projector.pause()
    world.source.put(noteId("a"), { n: 1 })
    world.nowMs += 5000
    expect(projector.status.lagMs).toBe(5000)
    projector.resume()
    await projector.drain()
    expect(projector.status.lagMs).toBe(0)
  })
})

/** As a registry does that has a metric of that name already, of another kind. */
const throwing: Meter = {
  add: () => {
    throw new Error("another kind")
  },
  set: () => {
    throw new Error("another kind")
  },
  observe: () => {
    throw new Error("another kind")
  }
}

it("[ME6] a meter that throws keeps nothing from a sink, and is told once", async () => {
  const warned: string[] = []
  const logger = { warn: (message: string): void => void warned.push(message), debug: () => {} }
  const ports = { meter: throwing, logger }
  const replica = await openReplica({ store: memoryStore(), engine: yjs(), sinks: [memorySink()], ports })
  const note = await replica.load("notes/1")
  await note.change(draft => Object.assign(draft, { n: 1 })).projected
  expect(replica.sink("memory").status).toMatchObject({ attempts: 0, watermark: { position: 1 } })
  expect(await replica.verify()).toMatchObject({ clean: true })
  expect(warned).toEqual([expect.stringContaining("meter"), expect.stringContaining("meter")])
  await replica.close()
})
