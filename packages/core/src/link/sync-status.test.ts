import { describe, expect, it } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { noFaults } from "../testing/faulty-network.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { Link } from "./link.ts"
import type { SyncStatus } from "./sync-status.ts"

const small = new Uint8Array(10)

function told(link: Link): SyncStatus[] {
  const statuses: SyncStatus[] = []
  link.sync.onStatus(status => statuses.push(status))
  return statuses
}

/** Two replicas, linked and equal. */
async function linked(): Promise<{ readonly fleet: LinkFleet; readonly link: Link }> {
  const fleet = new LinkFleet(1, 2)
  const link = fleet.connect(0, 1, { backoff: { baseMs: 10, maxMs: 100 } })
  expect(await fleet.synced(link)).toBe(true)
  return { fleet, link }
}

/** Cuts the line until `heal`, noticed on both sides. */
async function cut(fleet: LinkFleet): Promise<void> {
  fleet.network.partition("0-1")
  for (const accepted of fleet.accepted.splice(0)) accepted.close()
  await fleet.time.advance(60_000)
}

describe("what a user interface shows of a link", () => {
  it("[LK50] says where it stands, and how many of how many documents arrived", async () => {
    const fleet = new LinkFleet(2, 2, { ...noFaults, maxDelayMs: 40 })
    for (let i = 0; i < 40; i++) fleet.host(1).write(`notes/${i}`, fleet.random.bytes(1_000))
    const link = fleet.connect(0, 1, { limits: { windowBytes: 4_096 } }, { limits: { batchBytes: 1_024 } })
    const statuses = [link.sync.status, ...(await statusesUntilLive(fleet, link))]
    expect(new Set(statuses.map(({ phase }) => phase))).toEqual(
      new Set(["connecting", "catching-up", "live"])
    )
    expect(statuses.at(-1)).toMatchObject({ phase: "live", progress: { documents: 40, expected: 40 } })
    const counts = statuses.map(({ progress }) => progress.documents)
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
    expect(counts.some(count => count > 0 && count < 40)).toBe(true)
  })

  it("[LK51] counts what is durable here until it is durable there", async () => {
    const { fleet, link } = await linked()
    fleet.host(0).write("notes/1", small)
    fleet.host(0).write("notes/1", small)
    fleet.host(0).write("notes/2", small)
    expect(link.sync.status.unsynced).toEqual({ commits: 3, documents: 2, complete: true })
    expect([link.sync.isUnsynced("notes/1"), link.sync.isUnsynced("notes/3")]).toEqual([true, false])
    await fleet.time.advance(1_000)
    expect(link.sync.status.unsynced).toEqual({ commits: 0, documents: 0, complete: true })
    expect(link.sync.isUnsynced("notes/1")).toBe(false)
  })

  it("[LK51] does not count what came over the link, but what came over others", async () => {
    const fleet = new LinkFleet(3, 3)
    const [left, right] = [fleet.connect(1, 0), fleet.connect(1, 2)]
    await Promise.all([fleet.synced(left), fleet.synced(right)])
    fleet.network.partition("1-2")
    fleet.host(0).write("notes/1", small)
    await fleet.time.advance(1_000)
    expect([left.sync.status.unsynced.commits, right.sync.status.unsynced.commits]).toEqual([0, 1])
  })

  it("[LK51] does not count collections that the link does not sync", async () => {
    const fleet = new LinkFleet(4, 2)
    const link = fleet.connect(0, 1, {}, { authorize: () => ({ read: ["notes"] }) })
    expect(await fleet.synced(link)).toBe(true)
    fleet.host(0).write("secret/1", small)
    expect(link.sync.status.unsynced.commits).toBe(0)
  })

  it("[LK52] counts on while offline, and nothing once both sides are equal again", async () => {
    const { fleet, link } = await linked()
    await cut(fleet)
    for (let i = 0; i < 5; i++) fleet.host(0).write("notes/1", small)
    expect(link.sync.status).toMatchObject({ phase: "offline", unsynced: { commits: 5, documents: 1 } })
    expect(link.sync.status.why).toBeTruthy()
    fleet.network.heal()
    expect(await fleet.synced(link)).toBe(true)
    expect(link.sync.status).toMatchObject({ phase: "live", unsynced: { commits: 0, documents: 0 } })
  })

  it("[LK52] counts nothing of what got there another way", async () => {
    const fleet = new LinkFleet(8, 3)
    const [link, detour] = [fleet.connect(0, 1, { backoff: { baseMs: 10, maxMs: 100 } }), fleet.connect(0, 2)]
    await Promise.all([fleet.synced(link), fleet.synced(detour), fleet.synced(fleet.connect(2, 1))])
    fleet.network.partition("0-1")
    fleet.host(0).write("notes/1", small)
    await fleet.time.advance(60_000)
    expect([fleet.converged, link.sync.status.unsynced.commits]).toEqual([true, 1])
    fleet.network.heal()
    await fleet.time.until(() => link.status === "live", 60_000)
    expect(link.sync.status.unsynced.commits).toBe(0)
  })

  it("[LK53] is complete once both sides were equal, in the link's life", async () => {
    const fleet = new LinkFleet(5, 2)
    fleet.host(0).write("notes/1", small)
    fleet.network.partition("0-1")
    const link = fleet.connect(0, 1, { backoff: { baseMs: 10, maxMs: 100 } })
    fleet.host(0).write("notes/2", small)
    expect(link.sync.status.unsynced).toEqual({ commits: 1, documents: 1, complete: false })
    fleet.network.heal()
    expect(await fleet.synced(link)).toBe(true)
    expect(link.sync.status.unsynced).toEqual({ commits: 0, documents: 0, complete: true })
  })

  it("[LK54] follows the acknowledgements, not only the rest that comes after them", async () => {
    const fleet = new LinkFleet(6, 2, { ...noFaults, maxDelayMs: 40 })
    const link = fleet.connect(0, 1)
    expect(await fleet.synced(link)).toBe(true)
    const counts = new Set<number>()
    link.sync.onStatus(({ unsynced }) => counts.add(unsynced.commits))
    for (let i = 0; i < 200; i++) {
      fleet.host(0).write(`notes/${i}`, small)
      await fleet.time.advance(10)
    }
    expect(counts.has(0)).toBe(false)
    expect(Math.max(...counts)).toBeLessThan(30)
  })

  it("[LK55] says why it is refused, for good", async () => {
    const fleet = new LinkFleet(7, 2)
    const link = fleet.connect(0, 1, {}, { authorize: () => ({ refused: "unknown token" }) })
    const statuses = told(link)
    await fleet.time.advance(1_000)
    expect(statuses.at(-1)).toMatchObject({ phase: "refused", why: "unknown token" })
  })

  it("[LK55] says that both sides stay different, until they are equal", async () => {
    const { fleet, link } = await linked()
    fleet.host(1).refuses.add("notes/1" as DocumentId)
    fleet.host(0).write("notes/1", small)
    await fleet.time.until(() => link.sync.status.phase === "diverged", 60_000)
    expect(link.sync.status).toMatchObject({ phase: "diverged", why: /still differ/ })
  })

  it("[LK56] names what was not taken there, which stays unsynced until both sides are equal", async () => {
    const { fleet, link } = await linked()
    fleet.host(1).refuses.add("notes/1" as DocumentId)
    fleet.host(0).write("notes/1", small)
    await fleet.time.advance(5_000)
    expect(link.sync.status.rejected).toMatchObject([
      { document: "notes/1", where: "there", reason: "invalid" }
    ])
    expect(link.sync.isUnsynced("notes/1")).toBe(true)
    fleet.host(1).refuses.clear()
    expect(await fleet.synced(link)).toBe(true)
    expect([link.sync.status.rejected, link.sync.isUnsynced("notes/1")]).toEqual([[], false])
  })

  it("[LK57] tells of changes at once, then of the newest, at most every 50 ms, and never of the same twice", async () => {
    const { fleet, link } = await linked()
    await fleet.time.advance(1_000)
    const statuses = told(link)
    for (let i = 0; i < 100; i++) {
      fleet.host(0).write("notes/1", small)
      await fleet.time.advance(10)
    }
    await fleet.time.advance(1_000)
    expect(statuses[0]?.unsynced.commits).toBe(1)
    expect(statuses.at(-1)?.unsynced.commits).toBe(0)
    expect(statuses.length).toBeLessThan(1 + 1_000 / 50 + 3)
    expect(new Set(statuses.map(status => JSON.stringify(status))).size).toBeGreaterThan(1)
    for (const [index, status] of statuses.entries()) expect(status).not.toEqual(statuses[index + 1])
  })

  it("[LK58] iterating gives the state now, then the newest, and ends with the link", async () => {
    const { fleet, link } = await linked()
    const phases: string[] = []
    const reading = (async () => {
      for await (const { phase } of link.sync) phases.push(phase)
    })()
    await fleet.time.advance(100)
    link.close()
    await reading
    expect(phases).toEqual(["live", "closed"])
  })

  it("[LK58] an iteration that is given up does not wait for a change", async () => {
    const { fleet, link } = await linked()
    const iterator = link.sync[Symbol.asyncIterator]()
    expect((await iterator.next()).value).toMatchObject({ phase: "live" })
    const waiting = iterator.next()
    await iterator.return?.()
    expect(await waiting).toMatchObject({ done: true })
    expect(fleet.converged).toBe(true)
  })
})

async function statusesUntilLive(fleet: LinkFleet, link: Link): Promise<SyncStatus[]> {
  const statuses = told(link)
  await fleet.time.until(() => link.status === "live", 60_000)
  await fleet.time.advance(100)
  return statuses
}
