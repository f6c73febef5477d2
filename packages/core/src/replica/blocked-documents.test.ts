import { expect, test } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { Store, StoreSession } from "../store/store.ts"
import type { IncomingReport } from "../sync/sync-host.ts"
import { openCore, overTheWire, settle, type TestCore, type } from "../testing/core-fixture.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import { discardPending } from "./pending-work.ts"

/** A store that refuses appends, all or those of some documents, and when it did. */
class Disk {
  readonly time = new VirtualTime()
  isFull = false
  readonly refuses = new Set<string>()
  readonly refusedAtMs: number[] = []

  store(): Store {
    const store = memoryStore()
    const open = async () => {
      const session = await store.open()
      const append: StoreSession["append"] = async batch => {
        if (this.isFull || batch.documents.some(({ head }) => this.refuses.has(head.id))) {
          this.refusedAtMs.push(this.time.nowMs())
          throw coreError("store-failed", "the disk is full")
        }
        return session.append(batch)
      }
      return new Proxy(session, {
        get(target, key) {
          if (key === "append") return append
          const value: unknown = Reflect.get(target, key, target)
          return typeof value === "function" ? (value.bind(target) as unknown) : value
        }
      })
    }
    return { name: "full", open }
  }

  /** Pauses between tries. */
  get pausesMs(): readonly number[] {
    const times = [...new Set(this.refusedAtMs)]
    return times.slice(1).map((at, i) => at - (times[i] ?? 0))
  }
}

interface Fleet {
  readonly disk: Disk
  readonly source: TestCore
  readonly replica: TestCore
  /** What was told of documents, in order. */
  readonly told: string[]
}

/** A replica on such a disk, and another one that has these documents. */
async function fleetWith(ids: readonly string[]): Promise<Fleet> {
  const disk = new Disk()
  const source = await openCore()
  for (const id of ids) type(source, await source.load(id), "x")
  await settle(source)
  const replica = await openCore({ store: disk.store(), ports: disk.time.ports(new SeededRandom(7)) })
  const told: string[] = []
  replica.core.events.on(event => {
    if (event.type === "blocked" || event.type === "unblocked") told.push(`${event.document} ${event.type}`)
  })
  return { disk, source, replica, told }
}

/** Brings them over in one batch. */
async function bring({ disk, source, replica }: Fleet, ids: readonly string[]): Promise<IncomingReport> {
  const deltas = await Promise.all(
    ids.map(async id => overTheWire(await source.host.delta(id as DocumentId, { after: 0 })))
  )
  const commits = deltas.flatMap(delta => delta.commits)
  return disk.time.during(replica.host.receive({ commits, origin: replica.origin }))
}

const named = (count: number, name = "notes/") => Array.from({ length: count }, (_, i) => `${name}${i}`)

test("[GC13] what a full disk refused is written by itself once there is room, and told once when it was and is not", async () => {
  const ids = named(3)
  const fleet = await fleetWith(ids)
  const { disk, source, replica, told } = fleet
  disk.isFull = true
  const { rejections } = await bring(fleet, ids)
  expect(rejections.map(({ document, reason }) => `${document} ${reason}`)).toEqual(
    ids.map(id => `${id} blocked`)
  )
  await disk.time.advance(3_600_000)
  expect(Math.min(...disk.pausesMs)).toBeGreaterThanOrEqual(1_000)
  expect(Math.max(...disk.pausesMs)).toBeLessThanOrEqual(30_000)
  expect(disk.pausesMs.length).toBeGreaterThan(120)
  disk.isFull = false
  await disk.time.advance(30_000)
  for (const id of ids as DocumentId[])
    expect(await replica.host.version(id)).toEqual(await source.host.version(id))
  expect(told).toEqual([...ids.map(id => `${id} blocked`), ...ids.map(id => `${id} unblocked`)])
  expect(replica.core.pinned().size).toBe(0)
})

test("[GC13] after a disk that had room again, the first pause is a short one", async () => {
  const fleet = await fleetWith(named(2))
  const { disk } = fleet
  disk.isFull = true
  await bring(fleet, ["notes/0"])
  await disk.time.advance(3_600_000)
  disk.isFull = false
  await disk.time.advance(30_000)
  disk.isFull = true
  const before = disk.refusedAtMs.length
  await bring(fleet, ["notes/1"])
  await disk.time.advance(3_000)
  expect(disk.refusedAtMs.length - before).toBeGreaterThan(1)
})

test("[GC13] documents that can never be written keep another one waiting for its turn, and no longer", async () => {
  const bad = named(40)
  const fleet = await fleetWith([...bad, "notes/good"])
  const { disk, replica } = fleet
  for (const id of [...bad, "notes/good"]) disk.refuses.add(id)
  await bring(fleet, [...bad, "notes/good"])
  await disk.time.advance(600_000)
  disk.refuses.delete("notes/good")
  // Sixteen at a time.
  await disk.time.advance(3 * 30_000)
  expect((await replica.host.version("notes/good" as DocumentId)).height).toBe(1)
  expect(replica.core.blocked.states.size).toBe(40)
})

test("[GC13] nothing is tried any more once the replica is closed, or what was pending discarded", async () => {
  const fleet = await fleetWith(named(2))
  const { disk, replica, told } = fleet
  disk.isFull = true
  await bring(fleet, named(2))
  const state = await replica.load("notes/0")
  await discardPending(replica.core, state)
  expect(told.at(-1)).toBe("notes/0 unblocked")
  await disk.time.advance(60_000)
  await disk.time.during(replica.core.close())
  const tries = disk.refusedAtMs.length
  await disk.time.advance(600_000)
  expect(disk.refusedAtMs.length).toBe(tries)
})

test("[GC14] while the store takes nothing, what peers send does not fill memory, and is taken once it does", async () => {
  const ids = named(1_200)
  const fleet = await fleetWith(ids)
  const { disk, source, replica } = fleet
  disk.isFull = true
  const { rejections } = await bring(fleet, ids)
  expect(rejections.length).toBe(1_200)
  expect(replica.core.blocked.states.size).toBe(1_024)
  const again = await bring(fleet, ids.slice(1_100))
  expect([again.rejections.length, again.rejections[0]?.reason]).toEqual([100, "blocked"])
  disk.isFull = false
  await disk.time.advance(60_000)
  expect(replica.core.blocked.states.size).toBe(0)
  expect((await bring(fleet, ids)).rejections).toEqual([])
  expect(await disk.time.during(replica.host.unitRoots())).toEqual(await source.host.unitRoots())
})

test("[GC14] a thousand documents that can never be written keep others out for a pause at most", async () => {
  const [bad, good] = [named(1_024), named(2, "tasks/")]
  const fleet = await fleetWith([...bad, ...good])
  for (const id of bad) fleet.disk.refuses.add(id)
  await bring(fleet, bad)
  expect((await bring(fleet, good)).rejections.length).toBe(2)
  await fleet.disk.time.advance(30_000)
  // The first shows that the store takes something.
  expect((await bring(fleet, good.slice(0, 1))).rejections).toEqual([])
  expect((await bring(fleet, good)).rejections).toEqual([])
})
