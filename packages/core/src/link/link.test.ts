import { describe, expect, it } from "vitest"
import { LinkFleet } from "../testing/link-fleet.ts"
import { backoffMs } from "./backoff.ts"
import { connectLink } from "./connect-link.ts"
import type { LinkProblem, LinkStatus } from "./link.ts"
import type { Closed } from "./transport.ts"

describe("a link", () => {
  it("[LK30] goes through its states and reports each once", async () => {
    const fleet = new LinkFleet(1, 2)
    fleet.write(5)
    const link = fleet.connect(0, 1)
    const statuses: LinkStatus[] = []
    link.onStatus(status => statuses.push(status))
    await fleet.time.advance(5_000)
    link.close()
    expect(statuses).toEqual(["catching-up", "live", "closed"])
    expect(await link.closed).toMatchObject({ reason: "closed" })
  })

  it("[LK31] waits longer after each failure, below a bound, at random", async () => {
    const fleet = new LinkFleet(2, 2)
    fleet.network.partition("0-1")
    const link = fleet.connect(0, 1, { backoff: { baseMs: 100, maxMs: 3_000 } })
    const waits: number[] = []
    link.onProblem(problem => problem.kind === "disconnected" && waits.push(problem.retryInMs ?? -1))
    await fleet.time.advance(60_000)
    expect(waits.length).toBeGreaterThan(10)
    for (const [failures, wait] of waits.entries())
      expect(wait).toBeLessThanOrEqual(Math.min(3_000, 100 * 2 ** failures))
    expect(new Set(waits).size).toBeGreaterThan(5)
  })

  it("[LK32] starts over with short waits once a connection was live for long enough", async () => {
    const fleet = new LinkFleet(3, 2)
    fleet.network.partition("0-1")
    const link = fleet.connect(0, 1, { backoff: { baseMs: 100, maxMs: 60_000, stableMs: 5_000 } })
    await fleet.time.advance(300_000)
    fleet.network.heal()
    await fleet.time.until(() => link.status === "live", 120_000)
    await fleet.time.advance(6_000)
    const waits: number[] = []
    link.onProblem(problem => problem.kind === "disconnected" && waits.push(problem.retryInMs ?? -1))
    for (const accepted of fleet.accepted) accepted.close()
    await fleet.time.advance(50)
    expect(waits[0]).toBeLessThanOrEqual(100)
  })

  it("[LK33] retryNow does not wait", async () => {
    const fleet = new LinkFleet(4, 2)
    fleet.network.partition("0-1")
    const link = fleet.connect(0, 1, { backoff: { baseMs: 1e6, maxMs: 1e6 } })
    await fleet.time.advance(100)
    fleet.network.heal()
    expect(link.status).toBe("offline")
    link.retryNow()
    await fleet.time.advance(100)
    expect(link.status).toBe("live")
  })

  it("[LK34] refused credentials end it for good", async () => {
    const fleet = new LinkFleet(5, 2)
    const seen: (Uint8Array | undefined)[] = []
    const refused = fleet.connect(
      0,
      1,
      { credentials: Uint8Array.of(7) },
      {
        authorize: ({ credentials }) => {
          seen.push(credentials)
          return { refused: "unknown token" }
        }
      }
    )
    await fleet.time.advance(60_000)
    expect(await refused.closed).toEqual({ reason: "unauthorized", message: "unknown token" })
    expect(seen).toEqual([Uint8Array.of(7)])
  })

  it.each([
    ["throws", () => Promise.reject(new Error("secret detail"))],
    ["gives no time as the end", () => ({ read: "all" as const, expiresAt: Number.NaN })],
    ["gives text as the end", () => ({ read: "all" as const, expiresAt: "2031" as never })],
    ["gives no paths", () => ({}) as never]
  ])("[LK34] an authorize that %s lets nobody in, until it works again", async (_, broken) => {
    const fleet = new LinkFleet(5, 2)
    fleet.host(1).write("notes/1", Uint8Array.of(1))
    let isBroken = true
    const backoff = { baseMs: 10, maxMs: 1_000 }
    const link = fleet.connect(
      0,
      1,
      { backoff },
      { authorize: () => (isBroken ? broken() : { read: "all" }) }
    )
    const ends: Closed[] = []
    link.onProblem(problem => problem.kind === "disconnected" && ends.push(problem.closed))
    await fleet.time.advance(60_000)
    expect(ends[0]).toEqual({ reason: "internal", message: "credentials could not be checked" })
    expect(fleet.host(0).commits().size).toBe(0)
    isBroken = false
    expect(await fleet.synced(link)).toBe(true)
    expect(fleet.host(0).commits().size).toBe(1)
  })

  it("[GR45] credentials that are no bytes are refused with what to do", () => {
    const fleet = new LinkFleet(5, 2)
    expect(() => fleet.connect(0, 1, { credentials: "token" as never })).toThrow(/TextEncoder/)
  })

  it.each(["ws://127.0.0.1/sync", undefined, {}])(
    "[LK72] %j is no transport, which is said at once",
    given => {
      const host = new LinkFleet(5, 1).host(0)
      expect(() => connectLink(host, given as never)).toThrow(/webSocketTransport\(url\)/)
    }
  )

  it("[LK35] a replica linked to itself is told so, and tries again much later", async () => {
    const fleet = new LinkFleet(6, 1)
    const link = fleet.connect(0, 0)
    const problems: LinkProblem[] = []
    link.onProblem(problem => problems.push(problem))
    await fleet.time.advance(60_000)
    expect([link.status, problems]).toMatchObject([
      "offline",
      [{ kind: "disconnected", closed: { reason: "self" } }]
    ])
    await fleet.time.advance(300_000)
    expect([problems.length, link.sync.status.why]).toEqual([
      expect.toSatisfy((count: number) => count === 2 || count === 3),
      expect.stringContaining("one replica")
    ])
  })

  it("[LK36] synced waits through a lost connection, and for what was written before the call", async () => {
    const fleet = new LinkFleet(7, 2)
    const link = fleet.connect(0, 1, { backoff: { baseMs: 10, maxMs: 1_000 } })
    await fleet.time.advance(1_000)
    fleet.network.partition("0-1")
    fleet.host(0).write("notes/1", fleet.random.bytes(10))
    const synced = fleet.synced(link)
    for (const accepted of fleet.accepted) accepted.close()
    fleet.network.heal()
    expect(await synced).toBe(true)
    expect(fleet.converged).toBe(true)
  })

  it("[LK37] synced on the accepting side, and on both at once, is answered", async () => {
    const fleet = new LinkFleet(8, 2)
    const link = fleet.connect(0, 1)
    await fleet.time.advance(1_000)
    const [accepted] = fleet.accepted
    fleet.write(3)
    expect(await Promise.all([fleet.synced(link), accepted && fleet.synced(accepted)])).toEqual([true, true])
    expect(fleet.converged).toBe(true)
  })

  it("[LK38] synced is rejected when the link closes or its signal fires", async () => {
    const fleet = new LinkFleet(9, 2)
    fleet.network.partition("0-1")
    const link = fleet.connect(0, 1)
    const abort = new AbortController()
    const pending = Promise.allSettled([link.synced(abort.signal), link.synced()])
    abort.abort()
    link.close()
    expect(await pending).toMatchObject([
      { reason: { code: "aborted" } },
      { reason: { code: "link-closed" } }
    ])
    await expect(link.synced()).rejects.toMatchObject({ code: "link-closed" })
  })

  it("[LK39] a listener that throws does not keep others, or the link, from going on", async () => {
    const fleet = new LinkFleet(10, 2)
    const link = fleet.connect(0, 1)
    const heard: LinkStatus[] = []
    link.onStatus(() => {
      throw new Error("application")
    })
    const off = link.onStatus(status => heard.push(status))
    await fleet.time.advance(1_000)
    off()
    link.close()
    expect(heard).toEqual(["live"])
  })

  it("[LK40] a store that fails ends the connection as internal, and the link tries again", async () => {
    const fleet = new LinkFleet(11, 2)
    fleet.host(1).broken = true
    fleet.host(0).write("notes/1", fleet.random.bytes(10))
    const link = fleet.connect(0, 1, { backoff: { baseMs: 10, maxMs: 100 } })
    const reasons = new Set<string>()
    link.onProblem(problem => problem.kind === "disconnected" && reasons.add(problem.closed.reason))
    await fleet.time.advance(2_000)
    fleet.host(1).broken = false
    expect(await fleet.synced(link)).toBe(true)
    expect(reasons).toEqual(new Set(["internal"]))
  })

  it("[LK41] the jittered wait covers its range and never exceeds it", () => {
    const options = { baseMs: 100, maxMs: 1_000, stableMs: 0 }
    const wait = (failures: number, byte: number) =>
      backoffMs(failures, options, { bytes: () => Uint8Array.of(byte, byte) })
    expect([wait(0, 0), wait(0, 255), wait(3, 255), wait(60, 255)]).toEqual([0, 99, 799, 999])
  })
})
