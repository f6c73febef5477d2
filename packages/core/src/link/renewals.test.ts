import { expect, it } from "vitest"
import { yjs } from "../engine/yjs/index.ts"
import { systemPorts } from "../ports/system-ports.ts"
import { openReplica } from "../replica/open-replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import { syncLimits } from "../sync/sync-limits.ts"
import { initialSyncState } from "../sync/sync-state.ts"
import { transitionTable } from "../sync/transition-table.ts"
import type { Authorize, Grant, Refusal } from "./authorization.ts"
import type { ConnectOptions } from "./connect-link.ts"
import { memoryTransport } from "./memory-transport.ts"
import type { Closed } from "./transport.ts"

/** An answer of an `authorize`, and how long it takes. */
interface Answer {
  readonly afterMs: number
  readonly answer: Grant | Refusal
}

/** A link whose other side decides by the first byte of credentials and by when it is asked (milliseconds since the start). */
async function linked(
  credentials: ConnectOptions["credentials"],
  decide: (token: number | undefined, atMs: number) => Answer
) {
  const fleet = new LinkFleet(1, 2)
  const { timers } = fleet.host(1).ports
  const authorize: Authorize = ({ credentials: shown }) => {
    const { afterMs, answer } = decide(shown?.[0], fleet.time.nowMs())
    return new Promise(resolve => void timers.schedule(afterMs, () => resolve(answer)))
  }
  const backoff = { baseMs: 10, maxMs: 100 }
  const link = fleet.connect(0, 1, { backoff, ...(credentials && { credentials }) }, { authorize })
  expect(await fleet.synced(link)).toBe(true)
  const ends: Closed["reason"][] = []
  link.onProblem(problem => problem.kind === "disconnected" && ends.push(problem.closed.reason))
  return { fleet, link, ends, reauthorize: () => fleet.accepted.at(-1)?.reauthorize() }
}

const until = (expiresAt: number): Grant => ({ read: "all", expiresAt })

it("[GR34] an end in seconds is over at once, and the logger is told that it reads as seconds", async () => {
  const warned: unknown[] = []
  const hour = 3_600_000
  const logger = { debug: () => {}, warn: (...said: unknown[]) => void warned.push(said) }
  const open = () => openReplica({ store: memoryStore(), engine: yjs(), ports: { logger } })
  const [server, client] = [await open(), await open()]
  let expiresAt = Math.round((Date.now() + hour) / 1000)
  const transport = memoryTransport(systemPorts().timers, connection => {
    server.accept(connection, { authorize: () => ({ read: "all", expiresAt }) })
  })
  const link = client.connect(transport, { backoff: { baseMs: 1, maxMs: 5 } })
  const ends: Closed["reason"][] = []
  link.onProblem(problem => {
    if (problem.kind === "disconnected") ends.push(problem.closed.reason)
    expiresAt = Date.now() + hour
  })
  const seconds = expiresAt
  await link.synced()
  expect([ends, warned]).toEqual([
    ["expired"],
    [[expect.stringContaining("exp * 1000"), { expiresAt: seconds }]]
  ])
  await client.close()
  await server.close()
})

it("[GR37] credentials that could not be had are asked for again, and come in time for a later end", async () => {
  let tries = 0
  const credentials = () => {
    tries++
    if (tries > 1 && tries < 5) throw new Error("the token service is down")
    return Uint8Array.of(tries)
  }
  const { fleet, link, ends, reauthorize } = await linked(credentials, (token, atMs) => ({
    afterMs: 0,
    answer: until(token === 1 ? (atMs < 5_000 ? 20_000 : 40_000) : 900_000)
  }))
  await fleet.time.advance(12_000)
  void reauthorize()
  await fleet.time.advance(100_000)
  expect([ends, link.status, link.metrics.connections, tries]).toEqual([[], "live", 1, 5])
})

it("[GR37] asked for credentials while it is getting them, a link answers once and goes on", () => {
  const state = { ...initialSyncState("dialer", syncLimits()), phase: "live", renewal: "asked" } as const
  const event = { kind: "expiring", frame: { kind: "expiring", inMs: 9 }, size: 9 } as const
  expect(transitionTable.live.expiring(state, event)).toEqual({ state, effects: [] })
})

it("[GR37] who was asked and has not answered is not asked a second time", () => {
  const state = { ...initialSyncState("acceptor", syncLimits()), phase: "live", renewal: "asked" } as const
  const event = { kind: "expires-soon", inMs: 9 } as const
  expect(transitionTable.live["expires-soon"](state, event)).toEqual({ state, effects: [] })
})

it.each<[string, Grant | Refusal]>([
  ["an earlier end", until(20_000)],
  ["a refusal", { refused: "that token is over" }]
])("[GR38] %s that comes late, by older credentials, changes nothing", async (_, late) => {
  let token = 0
  const { fleet, link, ends, reauthorize } = await linked(
    () => Uint8Array.of(++token),
    (shown, atMs) => {
      if (shown === 2) return { afterMs: 100, answer: until(900_000) }
      return atMs < 5_000 ? { afterMs: 0, answer: until(20_000) } : { afterMs: 9_000, answer: late }
    }
  )
  await fleet.time.advance(9_500)
  void reauthorize()
  await fleet.time.advance(100_000)
  expect([ends, link.status, link.metrics.connections, token]).toEqual([[], "live", 1, 2])
})

it("[GR38] answers that overtake each other: that of the later question holds", async () => {
  let isAllowed = true
  let afterMs = 0
  const { fleet, link, reauthorize } = await linked(undefined, () => ({
    afterMs,
    answer: isAllowed ? { read: "all" } : { read: ["a"] }
  }))
  isAllowed = false
  afterMs = 2_000
  void reauthorize()
  await fleet.time.advance(100)
  isAllowed = true
  afterMs = 10
  void reauthorize()
  await fleet.time.advance(10_000)
  expect([link.status, link.metrics.connections]).toEqual(["live", 1])
})

it("[GR38] however often it is decided anew meanwhile, a refusal holds as soon as it is there", async () => {
  let isAllowed = true
  let afterMs = 0
  const { fleet, link, reauthorize } = await linked(undefined, () => ({
    afterMs,
    answer: isAllowed ? { read: "all" } : { refused: "revoked" }
  }))
  isAllowed = false
  afterMs = 1_000
  for (let i = 0; i < 12; i++) {
    void reauthorize()
    await fleet.time.advance(100)
  }
  expect(link.status).toBe("closed")
})

it("[GR33] newer credentials are asked for also where the old ones end soon after a long greeting", async () => {
  const fleet = new LinkFleet(1, 2)
  fleet.host(1).indexMs = 7_000
  let token = 0
  const authorize: Authorize = ({ credentials }) => until(credentials?.[0] === 1 ? 10_000 : 900_000)
  const link = fleet.connect(0, 1, { credentials: () => Uint8Array.of(++token) }, { authorize })
  await fleet.time.advance(60_000)
  expect([link.status, link.metrics.connections, token]).toEqual(["live", 1, 2])
})
