import { describe, expect, it } from "vitest"
import { noteId, ProjectorWorld } from "../testing/core-projector-world.ts"
import { memorySink } from "../testing/memory-sink.ts"

const breaker = { failures: 3, restMs: 10_000 }
const backoff = { firstMs: 1, maxMs: 5 }

async function brokenWorld(
  failures: number
): Promise<readonly [ProjectorWorld, Awaited<ReturnType<ProjectorWorld["open"]>>]> {
  const world = new ProjectorWorld()
  const projector = await world.open({ breaker, backoff })
  await projector.drain()
  world.failures = failures
  world.putMany(50)
  return [world, projector]
}

describe("the breaker", () => {
  it("[PJ24] opens after so many failures in a row, and leaves the sink alone", async () => {
    const [world, projector] = await brokenWorld(Infinity)
    const drained = projector.drain()
    drained.catch(() => {})
    for (let n = 0; n < 200; n++) {
      world.timers.advance(5)
      await new Promise<void>(resolve => setImmediate(resolve))
    }
    expect(world.tried).toHaveLength(3)
    expect(projector.status).toMatchObject({ state: "backoff", breaker: "open", attempts: 3 })
    await projector.close()
  })

  it("[PJ24] then tries one document, and goes on with whole batches once it got in", async () => {
    const [world, projector] = await brokenWorld(4)
    await world.timers.run(projector.drain())
    expect(world.tried.slice(3).map(({ length }) => length)[0]).toBe(1)
    expect(world.tried[4]).toHaveLength(1)
    expect(world.tried[5]?.length).toBeGreaterThan(1)
    expect(projector.status).toMatchObject({ state: "idle", breaker: "closed", attempts: 0 })
  })

  it("[PJ24] says what it does, in order", async () => {
    const [world, projector] = await brokenWorld(4)
    await world.timers.run(projector.drain())
    const states = world.events.flatMap(event => (event.type === "breaker" ? [event.state] : []))
    expect(states).toEqual(["open", "half-open", "open", "half-open", "closed"])
  })

  it("[PJ28] a sink that does not answer is given up, opened anew and tried again", async () => {
    const world = new ProjectorWorld()
    const projector = await world.open({ batch: { timeoutMs: 1000 }, backoff })
    world.hangs = true
    world.source.put(noteId("a"), { n: 1 })
    await world.timers.run(
      new Promise<void>(resolve => {
        const look = (): void => (projector.status.attempts > 0 ? resolve() : void setImmediate(look))
        look()
      })
    )
    expect(projector.status.lastError).toMatchObject({ code: "sink-failed", details: { timeoutMs: 1000 } })
    world.hangs = false
    await world.timers.run(projector.drain())
    expect(world.heightOf("a")).toBe(1)
  })

  it("[PJ28] nor does one keep a replica from opening that hangs while it is opened; what comes late is closed", async () => {
    const world = new ProjectorWorld()
    const sink = memorySink(world.place)
    const late = Promise.withResolvers<void>()
    let closed = 0
    const hanging = {
      name: sink.name,
      open: async (context: Parameters<typeof sink.open>[0]) => {
        await late.promise
        const session = await sink.open(context)
        return Object.assign(session, { close: () => Promise.resolve(void closed++) })
      }
    }
    const projector = await world.timers.run(world.open({ batch: { timeoutMs: 1000 } }, hanging))
    expect(projector.status.lastError).toMatchObject({ details: { timeoutMs: 1000 } })
    late.resolve()
    await world.settle()
    expect(closed).toBe(1)
    await projector.close()
  })

  it("[PJ24] limits that let nothing through are refused", async () => {
    const opening = new ProjectorWorld().open({ breaker: { failures: 0 } })
    await expect(opening).rejects.toMatchObject({ code: "options-invalid" })
  })
})
