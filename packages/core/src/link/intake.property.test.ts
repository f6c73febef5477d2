import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { encodeCommits } from "../codec/commit-encoder.ts"
import type { Frame } from "../sync/frame.ts"
import { hostileHello, HostilePeer } from "../testing/hostile-peer.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { AcceptOptions } from "./accept-link.ts"

const slow = { maxDocumentsPerSecond: 20, burstSeconds: 1 }
const backoff = { baseMs: 10, maxMs: 100 }

/** When how many documents became durable at a replica that came over links. */
function arrivals(fleet: LinkFleet, index: number) {
  const list: { readonly atMs: number; readonly documents: number }[] = []
  fleet.host(index).onDurable(({ commits, origin }) => {
    if (origin === undefined) return
    list.push({ atMs: fleet.time.nowMs(), documents: new Set(commits.map(({ document }) => document)).size })
  })
  return list
}

/** The most that came within any stretch, above what the rate allows for it. */
function burstOf(list: ReturnType<typeof arrivals>, perSecond: number): number {
  let most = 0
  for (const [i, first] of list.entries()) {
    let sum = 0
    for (const { atMs, documents } of list.slice(i)) {
      sum += documents
      most = Math.max(most, sum - (perSecond * (atMs - first.atMs)) / 1_000)
    }
  }
  return most
}

describe("documents a second", () => {
  it("[SY83] however much is sent, it comes no faster than the limit, and all of it over one connection", async () => {
    const counts = fc.record({
      seed: fc.nat(),
      documents: fc.integer({ min: 1, max: 150 }),
      live: fc.integer({ min: 0, max: 60 }),
      maxDocumentsPerSecond: fc.integer({ min: 5, max: 60 }),
      burstSeconds: fc.integer({ min: 1, max: 3 }),
      windowBytes: fc.constantFrom(4096, 2 ** 21),
      isAccepting: fc.boolean()
    })
    await fc.assert(
      fc.asyncProperty(counts, async ({ seed, documents, live, windowBytes, isAccepting, ...limits }) => {
        const fleet = new LinkFleet(seed, 2)
        const [near, far] = isAccepting ? [0, 1] : [1, 0]
        for (let i = 0; i < documents; i++) fleet.host(near).write(`notes/${i}`, fleet.random.bytes(50))
        const list = arrivals(fleet, far)
        const link = fleet.connect(
          0,
          1,
          { backoff, limits: { ...limits, windowBytes } },
          { limits: { ...limits, windowBytes } }
        )
        await fleet.time.advance(500)
        for (let i = 0; i < live; i++) fleet.host(near).write(`live/${i}`, fleet.random.bytes(50))
        expect(await fleet.synced(link)).toBe(true)
        expect([fleet.converged, link.metrics.connections]).toEqual([true, 1])
        const { maxDocumentsPerSecond: rate, burstSeconds } = limits
        // What is taken is durable some milliseconds later, not always the same.
        expect(burstOf(list, rate)).toBeLessThanOrEqual(rate * (burstSeconds + 0.1) + 1)
      }),
      { numRuns: 30 }
    )
  })

  it("[SY80] it is shown and counted on the side that is slow", async () => {
    const fleet = new LinkFleet(1, 2)
    for (let i = 0; i < 100; i++) fleet.host(0).write(`notes/${i}`, new Uint8Array(9))
    const link = fleet.connect(0, 1, { backoff }, { limits: slow })
    await fleet.time.advance(2_000)
    const there = fleet.accepted[0]
    expect([there?.sync.status.phase, there?.sync.status.why]).toEqual([
      "catching-up",
      expect.stringMatching(/taken slowly/)
    ])
    expect(await fleet.synced(link)).toBe(true)
    expect([there?.sync.status.why, link.metrics.limitedMs]).toEqual([undefined, 0])
    expect(there?.metrics.limitedMs).toBeGreaterThan(3_000)
  })

  it("[SY81] who waits for long sees signs of life, and no timeout", async () => {
    const fleet = new LinkFleet(1, 2)
    const limits = {
      maxDocumentsPerSecond: 1,
      maxCommitsPerSecond: 1,
      burstSeconds: 1,
      stallTimeoutMs: 4_000
    }
    for (let i = 0; i < 40; i++) fleet.host(0).write("notes/long", new Uint8Array(9))
    for (let i = 0; i < 20; i++) fleet.host(0).write(`notes/${i}`, new Uint8Array(9))
    const link = fleet.connect(0, 1, { backoff, limits }, { limits })
    expect(await fleet.synced(link)).toBe(true)
    expect([fleet.converged, link.metrics.connections]).toEqual([true, 1])
  })

  it("[SY81] a link that ends while it waits waits for nothing any more", async () => {
    const fleet = new LinkFleet(1, 2)
    for (let i = 0; i < 100; i++) fleet.host(0).write(`notes/${i}`, new Uint8Array(9))
    const link = fleet.connect(0, 1, { backoff }, { limits: slow })
    await fleet.time.advance(1_000)
    link.close()
    await fleet.time.advance(100)
    const before = fleet.host(1).contents()
    await fleet.time.advance(10_000)
    expect([fleet.host(1).contents() === before, fleet.accepted[0]?.status]).toEqual([true, "closed"])
  })

  it("[SY81] what was waited for in vain is not paid for: on a line that breaks, all is there soon after it holds", async () => {
    const fleet = new LinkFleet(1, 2)
    const limits = { maxCommitsPerSecond: 10, burstSeconds: 1 }
    const accept: AcceptOptions = { limits, authorize: () => ({ read: "all", account: "alice" }) }
    for (let i = 0; i < 400; i++) fleet.host(0).write("notes/long", new Uint8Array(9))
    for (let i = 0; i < 20; i++) {
      const broken = fleet.connect(0, 1, { backoff }, accept)
      await fleet.time.advance(2_000)
      broken.close()
    }
    const link = fleet.connect(0, 1, { backoff }, accept)
    await fleet.time.advance(45_000)
    expect([link.status, fleet.converged]).toEqual(["live", true])
  })

  it("[SY81] a side that waits less long than this one sees signs of life, too", async () => {
    const fleet = new LinkFleet(1, 2)
    const limits = { maxCommitsPerSecond: 10, burstSeconds: 1 }
    for (let i = 0; i < 400; i++) fleet.host(0).write("notes/long", new Uint8Array(9))
    const link = fleet.connect(0, 1, { backoff, limits: { stallTimeoutMs: 5_000 } }, { limits })
    expect(await fleet.synced(link)).toBe(true)
    expect(link.metrics.connections).toBe(1)
  })

  it("[SY81] a first sync that takes longer than credentials hold goes on over one connection", async () => {
    const fleet = new LinkFleet(1, 2)
    for (let i = 0; i < 1_000; i++) fleet.host(0).write(`notes/${i}`, new Uint8Array(9))
    const link = fleet.connect(
      0,
      1,
      { backoff, credentials: () => Uint8Array.of(1) },
      {
        limits: slow,
        authorize: () => ({ read: "all", account: "alice", expiresAt: fleet.time.nowMs() + 10_000 })
      }
    )
    expect(await fleet.synced(link)).toBe(true)
    expect([fleet.converged, link.metrics.connections, fleet.time.nowMs() > 45_000]).toEqual([true, 1, true])
  })

  it("[SY83] what is not taken counts, too", async () => {
    const documents = { name: "none", mayRead: () => true, mayWrite: () => false }
    const authorize: AcceptOptions["authorize"] = () => ({ read: ["notes"], documents })
    const peer = new HostilePeer({ authorize, limits: slow })
    peer.say({ ...hostileHello, root: new Uint8Array(20).fill(9) })
    await peer.fleet.time.advance(100)
    peer.say({ kind: "roots", round: 0, more: false, units: [] }, commitsOf(peer, "notes", 100))
    const told: number[] = []
    for (let second = 0; second < 6; second++) {
      told.push(peer.link.metrics.rejectedHere)
      await peer.fleet.time.advance(1_000)
    }
    expect(told.every((count, second) => count <= 20 + 20 * second + 2)).toBe(true)
    expect(peer.link.metrics.rejectedHere).toBe(100)
  })

  it("[SY80] who sends on without credit ends the connection", async () => {
    const peer = new HostilePeer({ limits: { ...slow, windowBytes: 2 ** 14 } })
    peer.say({ ...hostileHello, root: new Uint8Array(20).fill(9) })
    await peer.fleet.time.advance(100)
    peer.say({ kind: "roots", round: 0, more: false, units: [] })
    for (let i = 0; i < 10; i++) peer.say(commitsOf(peer, `c${i}`, 50))
    expect(await peer.outcome()).toBe("flow-control")
  })

  it("[SY82] all links of an account have one limit together, one after the other as well", async () => {
    const fleet = new LinkFleet(1, 4)
    const list = arrivals(fleet, 0)
    const accept: AcceptOptions = { limits: slow, authorize: () => ({ read: "all", account: "alice" }) }
    for (const from of [1, 2, 3])
      for (let i = 0; i < 50; i++) fleet.host(from).write(`from${from}/${i}`, new Uint8Array(9))
    const links = [1, 2].map(from => fleet.connect(from, 0, { backoff }, accept))
    for (const link of links) expect(await fleet.synced(link)).toBe(true)
    for (const link of links) link.close()
    const next = fleet.connect(3, 0, { backoff }, accept)
    expect(await fleet.synced(next)).toBe(true)
    expect(list.reduce((sum, { documents }) => sum + documents, 0)).toBe(150)
    expect(burstOf(list, 20)).toBeLessThanOrEqual(20 * 1.1 + 2)
  })
})

/** One batch of so many new documents. */
function commitsOf(peer: HostilePeer, collection: string, count: number): Frame {
  const commits = Array.from({ length: count }, (_, i) =>
    peer.fleet.host(1).write(`${collection}/${i}`, peer.fleet.random.bytes(30))
  )
  const bytes = encodeCommits(commits)
  return { kind: "commits", total: bytes.length, bytes }
}
