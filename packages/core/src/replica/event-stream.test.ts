import { describe, expect, it } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import type { Sink } from "../projection/sink.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { Store } from "../store/store.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { ManualTimers } from "../testing/manual-timers.ts"
import { EventHub, type ReplicaEvent } from "./replica-events.ts"
import { EventStream } from "./event-stream.ts"
import { openReplica } from "./open-replica.ts"
import type { Replica } from "./replica.ts"

const event = (sink: string): ReplicaEvent => ({ type: "sink-recovered", sink })
const nothing = (): void => {}

function openWith(
  sink: Sink,
  timers: ManualTimers = new ManualTimers(),
  store: Store = memoryStore()
): Promise<Replica> {
  return openReplica({ store, engine: yjs(), sinks: [sink], ports: { logger: silentLogger, timers } })
}

async function write(replica: Replica, key: string, n: number): Promise<void> {
  const note = await replica.load(`notes/${key}`)
  await note.change(draft => Object.assign(draft, { n })).durable
  await replica.sink("memory").drain()
}

describe("EventStream", () => {
  it("[EV1] gives what happened since it was made, in order, and waits for more", async () => {
    const hub = new EventHub<ReplicaEvent>(nothing)
    const stream = new EventStream(hub, {}, nothing)
    hub.emit(event("a"))
    expect(await stream.next()).toEqual({ done: false, value: event("a") })
    const waiting = stream.next()
    hub.emit(event("b"))
    expect(await waiting).toEqual({ done: false, value: event("b") })
  })

  it("[EV2] of more than it may keep the oldest go, and it says how many, where they were", async () => {
    const hub = new EventHub<ReplicaEvent>(nothing)
    const stream = new EventStream(hub, { maxBuffered: 2 }, nothing)
    for (const name of ["a", "b", "c", "d"]) hub.emit(event(name))
    stream.end()
    const told: unknown[] = []
    for await (const each of stream) told.push(each)
    expect(told).toEqual([{ type: "dropped", count: 2 }, event("c"), event("d")])
  })

  it("[EV2] a limit that is no number does not keep everything", () => {
    const hub = new EventHub<ReplicaEvent>(nothing)
    const stream = new EventStream(hub, { maxBuffered: Number.NaN }, nothing)
    for (const name of ["a", "b", "c"]) hub.emit(event(name))
    return expect(stream.next()).resolves.toEqual({ done: false, value: { type: "dropped", count: 2 } })
  })

  it("[EV3] ends with its signal, with its loop, and keeps no listener", async () => {
    const hub = new EventHub<ReplicaEvent>(nothing)
    let ended = 0
    const abort = new AbortController()
    const onEnd = (): void => void ended++
    const aborted = new EventStream(hub, { signal: abort.signal }, onEnd)
    const left = new EventStream(hub, {}, onEnd)
    const waiting = aborted.next()
    abort.abort()
    expect(await waiting).toEqual({ done: true, value: undefined })
    hub.emit(event("a"))
    for await (const _ of left) break
    expect(ended).toBe(2)
    hub.emit(event("b"))
    expect(await left.next()).toEqual({ done: true, value: undefined })
  })
})

describe("replica.events", () => {
  it("[EV3] ends when the replica is closed, with all that came before", async () => {
    const replica = await openWith(memorySink())
    const stream = replica.events()
    await write(replica, "a", 1)
    await replica.close()
    const told: string[] = []
    for await (const { type } of stream) told.push(type)
    expect(told).toEqual(["synced"])
  })

  it("[EV4] synced says that everything durable is there, and how much was written for it", async () => {
    const events: ReplicaEvent[] = []
    const replica = await openWith(memorySink())
    replica.on(each => void events.push(each))
    await write(replica, "a", 1)
    await write(replica, "b", 1)
    expect(events).toEqual([
      { type: "synced", sink: "memory", position: 1, documents: 1 },
      { type: "synced", sink: "memory", position: 2, documents: 1 }
    ])
    await replica.close()
  })

  it("[EV5] what a verification finds is told, and what repair mended of it", async () => {
    const events: ReplicaEvent[] = []
    const place = new MemorySinkPlace()
    const replica = await openWith(memorySink(place))
    await write(replica, "a", 1)
    place.records.delete("notes/a")
    replica.on(each => void events.push(each))
    await replica.repair()
    expect(events).toMatchObject([
      { type: "inconsistent", sink: "memory", counts: { missing: 1, consistent: 0 } },
      { type: "repaired", sink: "memory", mended: 1, failed: 0 }
    ])
    await replica.close()
  })

  it("[PJ31] a sink under reconcile is verified and repaired without being asked", async () => {
    const place = new MemorySinkPlace()
    const timers = new ManualTimers()
    const replica = await openWith(memorySink(place), timers)
    await write(replica, "a", 1)
    place.records.delete("notes/a")
    replica.sink("memory").setStrategy({ kind: "reconcile", everyMs: 1000 })
    const stream = replica.events()
    timers.advance(1000)
    expect(await timers.run(stream.next())).toMatchObject({ value: { type: "inconsistent" } })
    expect(await timers.run(stream.next())).toMatchObject({ value: { type: "repaired", mended: 1 } })
    expect(place.records.get("notes/a")).toBeDefined()
    await replica.close()
  })

  it("[PJ47] what a sink holds that the log has forgotten about is verified, and told, and left as it is", async () => {
    const [place, timers, store] = [new MemorySinkPlace(), new ManualTimers(), memoryStore()]
    const sink = memorySink(place)
    const first = await openReplica({ store, engine: yjs(), sinks: [sink], ports: { logger: silentLogger } })
    await write(first, "a", 1)
    await first.close()
    const record = place.records.get("notes/a")
    if (record === undefined) throw new Error("the note is in the sink")
    place.records.set("notes/a", { ...record, key: { generation: 1, projection: 1, height: 99 } })
    const without = await openReplica({ store, engine: yjs(), ports: { logger: silentLogger } })
    await (await without.load("notes/b")).change(draft => Object.assign(draft, { n: 1 })).durable
    await without.close()
    const forgetful: Store = {
      name: store.name,
      open: async () => Object.assign(await store.open(), { logHashAt: () => Promise.resolve(undefined) })
    }
    const replica = await openWith(sink, timers, forgetful)
    const told = Promise.withResolvers<ReplicaEvent>()
    replica.on(each => each.type === "inconsistent" && told.resolve(each))
    expect(await timers.run(told.promise)).toMatchObject({ counts: { ahead: 1, consistent: 1 } })
    expect(place.records.get("notes/a")?.key?.height).toBe(99)
    await replica.close()
  })

  it("[PJ32] flush waits for what is not durable yet, too", async () => {
    const place = new MemorySinkPlace()
    const replica = await openWith(memorySink(place))
    const note = await replica.load("notes/a")
    note.change(draft => Object.assign(draft, { n: 1 }))
    await replica.sink("memory").flush()
    expect(place.records.get("notes/a")).toBeDefined()
    await replica.close()
  })
})
