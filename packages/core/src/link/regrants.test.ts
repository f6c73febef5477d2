import { describe, expect, it } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { Grant, Refusal } from "./authorization.ts"
import type { ConnectOptions } from "./connect-link.ts"
import type { Closed } from "./transport.ts"

const small = new Uint8Array(9)
const backoff = { baseMs: 10, maxMs: 100 }
const documents = ["a/1", "b/1", "b/x/1"]

/** Two replicas, one with documents, linked and in sync. */
async function linked(authorize: () => Grant | Refusal, options: ConnectOptions = {}) {
  const fleet = new LinkFleet(1, 2)
  for (const id of documents) fleet.host(1).write(id, small)
  const link = fleet.connect(0, 1, { backoff, ...options }, { authorize })
  expect(await fleet.synced(link)).toBe(true)
  const ends: Closed[] = []
  link.onProblem(problem => problem.kind === "disconnected" && ends.push(problem.closed))
  return { fleet, link, ends }
}

function ids(fleet: LinkFleet, index: number): readonly string[] {
  return [...fleet.host(index).commits().keys()].sort()
}

describe("what changes in the life of a link", () => {
  it("[GR30] a wider scope brings what is new in it, a narrower one keeps what is here", async () => {
    const { fleet, link } = await linked(() => ({ read: "all" }), { scope: ["a"] })
    expect(ids(fleet, 0)).toEqual(["a/1"])
    link.setScope(["a", "b/x/"])
    expect(await fleet.synced(link)).toBe(true)
    expect(ids(fleet, 0)).toEqual(["a/1", "b/x/1"])
    link.setScope(["b"])
    fleet.host(1).write("a/2", small)
    expect(await fleet.synced(link)).toBe(true)
    expect(ids(fleet, 0)).toEqual(["a/1", "b/1", "b/x/1"])
  })

  it("[GR30] what was written before the scope had it is counted and sent", async () => {
    const { fleet, link } = await linked(() => ({ read: "all" }), { scope: ["a"] })
    fleet.host(0).write("c/1", small)
    expect(await fleet.synced(link)).toBe(true)
    expect(link.sync.status.unsynced).toMatchObject({ commits: 0, complete: true })
    link.setScope("all")
    expect(link.sync.status.unsynced.complete).toBe(false)
    expect(await fleet.synced(link)).toBe(true)
    expect(ids(fleet, 1)).toEqual([...documents, "c/1"])
  })

  it("[LK36] `synced` covers what was kept apart and may be written by now", async () => {
    let grant: Grant = { read: "all", write: [] }
    const { fleet, link } = await linked(() => grant)
    fleet.host(0).write("a/1", small)
    expect(await fleet.synced(link)).toBe(true)
    grant = { read: "all" }
    await fleet.accepted.at(-1)?.reauthorize()
    const there = link.synced().then(
      () =>
        fleet
          .host(1)
          .commits()
          .get("a/1" as DocumentId)?.size
    )
    await fleet.time.advance(10_000)
    expect(await there).toBe(2)
  })

  it("[GR31] a thousand changes of scope leave nothing behind", async () => {
    const { fleet, link } = await linked(() => ({ read: "all" }))
    const before = fleet.hosts.map(({ indexBytes }) => indexBytes)
    for (let i = 0; i < 1_000; i++) {
      link.setScope([`b/${i}/`, `c/${i}`, "a"])
      if (i % 10 === 0) await fleet.time.advance(50)
    }
    link.setScope("all")
    expect(await fleet.synced(link)).toBe(true)
    expect(fleet.hosts.map(({ indexBytes }) => indexBytes)).toEqual(before)
    expect(fleet.accepted.filter(({ status }) => status !== "closed")).toHaveLength(1)
  })

  it("[GR32] the accepting side cannot ask for anything", async () => {
    const { fleet } = await linked(() => ({ read: "all" }))
    expect(() => fleet.accepted[0]?.setScope(["a"])).toThrow(
      expect.objectContaining({ code: "options-invalid" })
    )
  })

  it("[GR33] newer credentials are asked for in time, and the connection goes on", async () => {
    const fleet = new LinkFleet(4, 2)
    const { time } = fleet.host(1).ports
    let shown = 0
    const credentials = () => Uint8Array.of(shown++)
    const authorize = () => ({ read: "all", expiresAt: time.nowMs() + 10_000 }) as const
    const link = fleet.connect(0, 1, { backoff, credentials }, { authorize })
    await fleet.time.advance(95_000)
    expect([link.metrics.connections, link.status]).toEqual([1, "live"])
    expect(shown).toBeGreaterThanOrEqual(10)
  })

  it("[GR34] without newer ones it ends as expired, and greets anew", async () => {
    const fleet = new LinkFleet(2, 2)
    const endsAt = fleet.host(1).ports.time.nowMs() + 10_000
    let asked = 0
    const credentials = () => (asked++ === 0 ? small : new Promise<Uint8Array>(() => {}))
    const link = fleet.connect(
      0,
      1,
      { backoff, credentials },
      { authorize: () => ({ read: "all", expiresAt: endsAt }) }
    )
    expect(await fleet.synced(link)).toBe(true)
    const ends: Closed[] = []
    link.onProblem(problem => problem.kind === "disconnected" && ends.push(problem.closed))
    await fleet.time.advance(10_500)
    expect(ends.map(({ reason }) => reason)).toEqual(["expired"])
  })

  it("[GR35] credentials that grant something else never change what a connection may do", async () => {
    let token = 1
    const fleet = new LinkFleet(3, 2)
    for (const id of documents) fleet.host(1).write(id, small)
    const { time } = fleet.host(1).ports
    const seen: (number | undefined)[] = []
    const link = fleet.connect(
      0,
      1,
      { backoff, credentials: () => Uint8Array.of(token) },
      {
        authorize: ({ credentials }) => {
          seen.push(credentials?.[0])
          return { read: credentials?.[0] === 1 ? ["a"] : ["b"], expiresAt: time.nowMs() + 10_000 }
        }
      }
    )
    expect(await fleet.synced(link)).toBe(true)
    const ends: string[] = []
    link.onProblem(problem => problem.kind === "disconnected" && ends.push(problem.closed.reason))
    token = 2
    await fleet.time.advance(7_000)
    expect([ends, seen.slice(0, 3)]).toEqual([["regrant"], [1, 2, 2]])
    expect(ids(fleet, 0)).toEqual(["a/1", "b/1", "b/x/1"])
  })

  it("[GR36] who is refused now is disconnected at once, and does not come back", async () => {
    let isRevoked = false
    const { fleet, link } = await linked(() => (isRevoked ? { refused: "revoked" } : { read: "all" }))
    isRevoked = true
    await fleet.accepted[0]?.reauthorize()
    fleet.host(1).write("a/2", small)
    await fleet.time.advance(1_000)
    expect(await link.closed).toMatchObject({ reason: "unauthorized", message: "revoked" })
    expect(ids(fleet, 0)).not.toContain("a/2")
  })

  it("[GR36] who is granted less gets no more of the rest, who is granted the same goes on", async () => {
    let read: readonly string[] = ["a", "b"]
    const { fleet, link, ends } = await linked(() => ({ read }))
    await fleet.accepted[0]?.reauthorize()
    await fleet.time.advance(100)
    expect(ends).toEqual([])
    read = ["b"]
    await fleet.accepted[0]?.reauthorize()
    fleet.host(1).write("a/2", small)
    fleet.host(1).write("b/2", small)
    expect(await fleet.synced(link)).toBe(true)
    expect(ids(fleet, 0)).toEqual(["a/1", "b/1", "b/2", "b/x/1"])
  })

  it("[GR36] an authorize that fails the second time lets nothing through until it works again", async () => {
    let isBroken = false
    const { fleet, link } = await linked(() => {
      if (isBroken) throw new Error("the user table is gone")
      return { read: "all" }
    })
    isBroken = true
    await fleet.accepted[0]?.reauthorize()
    fleet.host(1).write("a/2", small)
    await fleet.time.advance(1_000)
    expect([link.status === "live", ids(fleet, 0)]).toEqual([false, documents])
    isBroken = false
    expect(await fleet.synced(link)).toBe(true)
    expect(ids(fleet, 0)).toContain("a/2")
  })

  it("[GR34] a grant that ends no later than the one before ends then, and is asked for newer credentials once", async () => {
    let asked = 0
    const fleet = new LinkFleet(4, 2)
    const { time } = fleet.host(1).ports
    const end = time.nowMs() + 20_000
    const link = fleet.connect(
      0,
      1,
      { backoff, credentials: small },
      {
        authorize: () => {
          asked++
          return { read: "all", expiresAt: end }
        }
      }
    )
    expect(await fleet.synced(link)).toBe(true)
    await fleet.time.advance(19_000)
    expect([asked, link.status]).toEqual([2, "live"])
    const ends: string[] = []
    link.onProblem(problem => problem.kind === "disconnected" && ends.push(problem.closed.reason))
    await fleet.time.advance(2_000)
    fleet.host(1).write("a/late", small)
    await fleet.time.advance(5_000)
    expect(new Set(ends)).toEqual(new Set(["expired"]))
    expect(ids(fleet, 0)).not.toContain("a/late")
  })

  it("[GR34] where there are no newer credentials the connection goes on until the old ones end", async () => {
    let fails = false
    const fleet = new LinkFleet(4, 2)
    const { time } = fleet.host(1).ports
    const credentials = () => {
      if (fails) throw new Error("the token service is down")
      return small
    }
    const link = fleet.connect(
      0,
      1,
      { backoff, credentials },
      {
        authorize: () => ({ read: "all", expiresAt: time.nowMs() + 20_000 })
      }
    )
    expect(await fleet.synced(link)).toBe(true)
    fails = true
    const ends: string[] = []
    link.onProblem(problem => problem.kind === "disconnected" && ends.push(problem.closed.reason))
    await fleet.time.advance(19_000)
    expect([ends, link.status]).toEqual([[], "live"])
    await fleet.time.advance(2_000)
    expect(ends[0]).toBe("expired")
    fails = false
    expect(await fleet.synced(link)).toBe(true)
  })

  it("[GR36] what is decided anew while a greeting is under way is not lost", async () => {
    for (let atMs = 5; atMs < 100; atMs += 5) {
      const fleet = new LinkFleet(5, 2)
      for (const id of documents) fleet.host(1).write(id, small)
      const { timers } = fleet.host(1).ports
      let isAllowed = true
      const authorize = (): Promise<Grant | Refusal> => {
        const answer = isAllowed ? { read: "all" as const } : { refused: "not any more" }
        return new Promise(resolve => void timers.schedule(20, () => resolve(answer)))
      }
      const link = fleet.connect(0, 1, { backoff }, { authorize })
      await fleet.time.advance(atMs)
      isAllowed = false
      for (const accepted of fleet.accepted) void accepted.reauthorize()
      await fleet.time.advance(1_000)
      expect([atMs, link.status]).toEqual([atMs, "closed"])
    }
  })

  it("[GR34] a clock that is set forward ends what is over by it", async () => {
    const fleet = new LinkFleet(6, 2)
    fleet.host(1).write("a/1", small)
    let aheadMs = 0
    const { time } = fleet.host(1).ports
    const ports = { ...fleet.host(1).ports, time: { nowMs: () => time.nowMs() + aheadMs } }
    Object.defineProperty(fleet.host(1), "ports", { value: ports })
    let asked = 0
    const credentials = () => (asked++ === 0 ? small : new Promise<Uint8Array>(() => {}))
    const authorize = () => ({ read: "all", expiresAt: 3_600_000 }) as const
    const link = fleet.connect(0, 1, { backoff, credentials }, { authorize })
    expect(await fleet.synced(link)).toBe(true)
    const ends: string[] = []
    link.onProblem(problem => problem.kind === "disconnected" && ends.push(problem.closed.reason))
    aheadMs = 86_400_000
    await fleet.time.advance(120_000)
    expect(ends[0]).toBe("expired")
  })
})
