import { afterEach, describe, expect, it } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { combineStatuses } from "../link/combine-statuses.ts"
import { memoryTransport } from "../link/memory-transport.ts"
import type { AcceptOptions } from "../link/accept-link.ts"
import type { SyncMonitor, SyncPhase, SyncStatus } from "../link/sync-status.ts"
import type { Transport } from "../link/transport.ts"
import type { Link } from "../link/link.ts"
import { systemPorts } from "../ports/system-ports.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { Store } from "../store/store.ts"
import { openReplica } from "./open-replica.ts"
import type { Replica } from "./replica.ts"

const replicas: Replica[] = []

afterEach(async () => {
  for (const replica of replicas.splice(0)) await replica.close()
})

async function opened(): Promise<Replica> {
  const replica = await openReplica({ store: memoryStore(), engine: yjs() })
  replicas.push(replica)
  return replica
}

function connect(from: Replica, to: Replica, options: AcceptOptions = {}): Link {
  return from.connect(memoryTransport(systemPorts().timers, connection => to.accept(connection, options)))
}

async function write(replica: Replica, id: string): Promise<void> {
  await (await replica.load(id)).change(draft => {
    draft["n"] = 1
  }).durable
}

/** Waits for a status. */
async function until(monitor: SyncMonitor, wanted: (status: SyncStatus) => boolean): Promise<SyncStatus> {
  for await (const now of monitor) if (wanted(now)) return now
  return monitor.status
}

function status(phase: SyncPhase, commits = 0, complete = true): SyncStatus {
  return {
    phase,
    progress: { documents: 1 },
    unsynced: { commits, documents: commits, complete },
    rejected: []
  }
}

/** A transport that leads nowhere. */
const noNetwork: Transport = { name: "server", connect: () => Promise.reject(new Error("no network")) }

/** Opens the store of a replica again, after what it was left with by a link named "server". */
async function reopened(work: (near: Replica, far: Replica, link: Link) => Promise<void>): Promise<Replica> {
  const [store, far] = [memoryStore(), await opened()]
  const near = await openReplica({ store, engine: yjs() })
  const transport = memoryTransport(systemPorts().timers, connection => far.accept(connection), "server")
  const link = near.connect(transport)
  await link.synced()
  await work(near, far, link)
  await near.close()
  const again = await openReplica({ store, engine: yjs() })
  replicas.push(again)
  return again
}

describe("what a user interface shows of a replica after a start without network", () => {
  it("[LK62] nothing is unsynced if everything was there", async () => {
    const again = await reopened(async (near, _far, link) => {
      await write(near, "notes/1")
      await link.synced()
    })
    again.connect(noNetwork)
    const { unsynced } = await until(again.sync, now => now.unsynced.complete)
    expect([unsynced.commits, again.sync.isUnsynced("notes/1")]).toEqual([0, false])
  })

  it("[LK62] what was written since it was there is, and what is written now", async () => {
    const again = await reopened(async (near, _far, link) => {
      await write(near, "notes/1")
      await link.synced()
      link.close()
      await write(near, "notes/2")
      await write(near, "notes/3")
    })
    const link = again.connect(noNetwork)
    await write(again, "notes/4")
    const { unsynced } = await until(link.sync, now => now.unsynced.complete && now.unsynced.documents === 3)
    expect(unsynced).toEqual({ commits: 3, documents: 3, complete: true })
    expect(["1", "2", "4"].map(key => link.sync.isUnsynced(`notes/${key}`))).toEqual([false, true, true])
  })

  it("[LK62] links of other or transient names, and to other stores, know nothing of it", async () => {
    const again = await reopened(async (near, _far, link) => {
      await write(near, "notes/1")
      await link.synced()
    })
    const other = again.connect({ ...noNetwork, name: "another server" })
    const passing = again.connect({ ...noNetwork, transient: true })
    await until(again.connect(noNetwork).sync, now => now.unsynced.complete)
    expect([other, passing].map(({ sync }) => sync.status.unsynced.complete)).toEqual([false, false])
    const stranger = await opened()
    const link = again.connect(
      memoryTransport(systemPorts().timers, connection => stranger.accept(connection), "server")
    )
    await link.synced()
    expect(link.sync.status.unsynced).toEqual({ commits: 0, documents: 0, complete: true })
  })
})

describe("what a user interface shows of a replica", () => {
  it("[LK60] without a link it is offline, and nothing is known of what others have", async () => {
    const replica = await opened()
    await write(replica, "notes/1")
    expect(replica.sync.status).toMatchObject({ phase: "offline", unsynced: { complete: false } })
    expect(replica.sync.isUnsynced("notes/1")).toBe(false)
  })

  it("[LK60] follows its links, and knows how many documents a new collection will bring", async () => {
    const [near, far] = [await opened(), await opened()]
    for (const key of ["a", "b", "c"]) await write(far, `notes/${key}`)
    connect(near, far)
    const live = await until(near.sync, ({ phase }) => phase === "live")
    expect(live).toMatchObject({ progress: { documents: 3, expected: 3 }, unsynced: { complete: true } })
  })

  it("[LK60] a document is unsynced until one other replica has it", async () => {
    const [near, far] = [await opened(), await opened()]
    const link = connect(near, far)
    await link.synced()
    const written = write(near, "notes/1")
    await until(near.sync, ({ unsynced }) => unsynced.commits === 1)
    expect(near.sync.isUnsynced("notes/1")).toBe(true)
    await written
    await until(near.sync, ({ unsynced }) => unsynced.commits === 0)
    expect(near.sync.isUnsynced("notes/1")).toBe(false)
  })

  it("[LK60] a refused link stays in view until another one is made", async () => {
    const [near, far] = [await opened(), await opened()]
    const link = connect(near, far, { authorize: () => ({ refused: "unknown token" }) })
    await link.closed
    expect(await until(near.sync, ({ phase }) => phase === "refused")).toMatchObject({ why: "unknown token" })
    expect(near.links).toEqual([])
    connect(near, far)
    expect(near.sync.status.phase).toBe("connecting")
  })

  it("[LK60] iterations end when it is closed", async () => {
    const replica = await opened()
    const reading = until(replica.sync, () => false)
    await replica.close()
    expect((await reading).phase).toBe("offline")
  })

  it("[LK61] several links: what is under way first, what lacks least, everything rejected", () => {
    const rejected = {
      document: "a/1",
      where: "there",
      reason: "invalid",
      message: ""
    } as SyncStatus["rejected"][number]
    const bad = { ...status("offline", 7), rejected: [rejected] }
    expect(combineStatuses([bad, status("live", 2)])).toMatchObject({
      phase: "live",
      unsynced: { commits: 2 },
      rejected: [rejected]
    })
    expect(combineStatuses([status("live"), status("catching-up")]).phase).toBe("catching-up")
    expect(combineStatuses([status("offline", 0, false), status("live", 3)]).unsynced.commits).toBe(3)
  })

  it("[LK61] several links that catch up: n of m together, where each knows its m", () => {
    const one = { ...status("catching-up"), progress: { documents: 2, expected: 5 } }
    expect(combineStatuses([one, one]).progress).toEqual({ documents: 4, expected: 10 })
    expect(combineStatuses([one, status("catching-up")]).progress).toEqual({ documents: 3 })
  })
})

it("[RE18] what a connection learns while its replica closes is not written into a store that was let go of", async () => {
  const store = memoryStore()
  let late = 0
  const counted: Store = {
    name: store.name,
    open: async () => {
      const session = await store.open()
      let isOpen = true
      return new Proxy(session, {
        get(target, name) {
          if (name === "close") isOpen = false
          if (name === "append" && !isOpen) late++
          const member: unknown = Reflect.get(target, name, target)
          return typeof member === "function" ? (member.bind(target) as unknown) : member
        }
      })
    }
  }
  const replica = await openReplica({ store: counted, engine: yjs() })
  await replica.close()
  const cursor = { epoch: "ab".repeat(16), position: 3, logHash: new Uint8Array(16) }
  await expect(replica.host.savePeerCursor(cursor)).rejects.toMatchObject({ code: "replica-closed" })
  expect(late).toBe(0)
})
