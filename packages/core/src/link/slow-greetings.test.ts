import { expect, it } from "vitest"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { Authorize } from "./authorization.ts"
import { connectLink } from "./connect-link.ts"
import type { ConnectOptions } from "./connect-link.ts"
import type { Link, LinkProblem } from "./link.ts"
import type { Connection } from "./transport.ts"

const backoff = { baseMs: 10, maxMs: 100 }
const never = (): Promise<never> => new Promise(() => {})

/** Two replicas; the first one dials. */
function pair(options: (fleet: LinkFleet) => ConnectOptions, authorize?: (fleet: LinkFleet) => Authorize) {
  const fleet = new LinkFleet(1, 2)
  fleet.host(1).write("a/1", new Uint8Array(9))
  const accept = authorize === undefined ? {} : { authorize: authorize(fleet) }
  const link = fleet.connect(0, 1, { backoff, ...options(fleet) }, accept)
  return { fleet, link, problems: problemsOf(link) }
}

function problemsOf(link: Link): LinkProblem[] {
  const problems: LinkProblem[] = []
  link.onProblem(problem => problems.push(problem))
  return problems
}

function after<T>({ time }: LinkFleet, ms: number, value: T): Promise<T> {
  return new Promise(resolve => void time.schedule(ms, () => resolve(value)))
}

it("[LK45] credentials that take a minute are asked for once, before there is a connection", async () => {
  let asked = 0
  const { fleet, link, problems } = pair(one => ({
    credentials: () => {
      asked++
      return after(one, 60_000, Uint8Array.of(1))
    }
  }))
  await fleet.time.advance(59_000)
  expect([link.status, link.metrics.connections, fleet.accepted.length]).toEqual(["connecting", 0, 0])
  expect(await fleet.synced(link)).toBe(true)
  expect([asked, problems, link.metrics.connections]).toEqual([1, [], 1])
})

it("[LK45] an index that takes a minute to build is built before there is a connection", async () => {
  const fleet = new LinkFleet(1, 2)
  fleet.host(0).indexMs = 60_000
  const link = fleet.connect(0, 1, { backoff })
  const problems = problemsOf(link)
  expect(await fleet.synced(link)).toBe(true)
  expect([problems, link.metrics.connections]).toEqual([[], 1])
})

it("[LK45] credentials that never come are asked for again after their time", async () => {
  let asked = 0
  const { fleet, link, problems } = pair(() => ({
    credentials: () => (++asked === 1 ? never() : Uint8Array.of(1)),
    credentialsTimeoutMs: 20_000
  }))
  expect(await fleet.synced(link)).toBe(true)
  expect([asked, problems]).toMatchObject([2, [{ closed: { reason: "internal" } }]])
})

it("[LK45] newer credentials that are announced while older ones are fetched are the ones that are shown", async () => {
  let token = 1
  const shown: (number | undefined)[] = []
  const { fleet, link } = pair(
    one => ({ credentials: () => after(one, 1_000, Uint8Array.of(token)) }),
    () =>
      ({ credentials }) => {
        shown.push(credentials?.[0])
        return { read: "all" }
      }
  )
  await fleet.time.advance(500)
  token = 2
  await link.reauthorize()
  expect(await fleet.synced(link)).toBe(true)
  expect(shown).toEqual([2])
})

it("[LK45] a link that is closed while credentials are fetched makes no connection", async () => {
  const { fleet, link } = pair(one => ({ credentials: () => after(one, 1_000, Uint8Array.of(1)) }))
  await fleet.time.advance(500)
  link.close()
  await fleet.time.advance(60_000)
  expect([fleet.accepted, (await link.closed).reason]).toEqual([[], "closed"])
})

it.each<[string, (fleet: LinkFleet) => Authorize | undefined]>([
  ["authorize", fleet => () => after(fleet, 20_000, { read: "all" as const })],
  ["an index", fleet => ((fleet.host(1).indexMs = 20_000), undefined)]
])("[SY21] %s that takes 20 s on the accepting side is waited for", async (_, slow) => {
  const fleet = new LinkFleet(1, 2)
  const authorize = slow(fleet)
  const link = fleet.connect(0, 1, { backoff }, authorize === undefined ? {} : { authorize })
  const problems = problemsOf(link)
  expect(await fleet.synced(link)).toBe(true)
  expect([problems, link.metrics.connections]).toEqual([[], 1])
})

it("[SY21] an authorize that never answers holds nobody's connection for ever", async () => {
  const { fleet, problems } = pair(
    () => ({ limits: { admitTimeoutMs: 99_000 } }),
    () => never
  )
  await fleet.time.advance(30_100)
  expect(problems).toMatchObject([
    { closed: { reason: "timeout", message: expect.stringMatching("decided") as string } }
  ])
})

it("[LK47] a transport that never says anything, whatever its signal, is given up, and what it brings late is closed", async () => {
  const fleet = new LinkFleet(1, 1)
  const late: ((connection: Connection) => void)[] = []
  const transport = {
    name: "deaf",
    connect: () => new Promise<Connection>(resolve => late.push(resolve))
  }
  const link = connectLink(fleet.host(0), transport, { backoff, connectTimeoutMs: 1_000 })
  const problems = problemsOf(link)
  await fleet.time.advance(10_000)
  expect(late.length).toBeGreaterThan(8)
  expect(problems[0]).toMatchObject({ closed: { message: "connecting to deaf took longer than 1000 ms" } })
  const [ours, theirs] = fleet.network.pair("late")
  const ends: string[] = []
  theirs.onClose(({ reason }) => ends.push(reason))
  late[0]?.(ours)
  await fleet.time.advance(100)
  expect([ends, link.metrics.connections]).toEqual([["timeout"], 0])
})

it("[LK49] a connection that the other side ends for another grant is replaced at once, the first time", async () => {
  let read: readonly string[] = ["a"]
  const { fleet, link, problems } = pair(
    () => ({ backoff: { baseMs: 60_000, maxMs: 60_000 } }),
    () => () => ({ read })
  )
  expect(await fleet.synced(link)).toBe(true)
  await fleet.time.advance(15_000)
  read = ["a", "b"]
  void fleet.accepted[0]?.reauthorize()
  await fleet.time.advance(100)
  expect([link.status, link.grant?.read]).toEqual(["live", ["a", "b"]])
  expect(problems).toMatchObject([{ closed: { reason: "regrant" }, retryInMs: 0 }])
})

it("[LK49] who ends every connection for another grant is not greeted without pause", async () => {
  const fleet = new LinkFleet(1, 2)
  let calls = 0
  const transport = fleet.network.transport("0-1", connection => {
    calls++
    connection.close({ reason: "regrant", message: "again" })
  })
  connectLink(fleet.host(0), transport, { backoff: { baseMs: 1_000, maxMs: 10_000 } })
  await fleet.time.advance(60_000)
  expect(calls).toBeLessThan(40)
})

it("[LK48] a server that was put back to an older version for a while is linked again afterwards", async () => {
  const fleet = new LinkFleet(1, 2)
  let isOld = true
  const current = fleet.network.transport("0-1", connection => {
    if (isOld) connection.close({ reason: "protocol-unsupported", message: "this side speaks 3" })
  })
  const link = connectLink(fleet.host(0), current, { backoff })
  const problems = problemsOf(link)
  await fleet.time.advance(1_000)
  expect([link.status, problems]).toMatchObject([
    "offline",
    [
      {
        closed: { reason: "protocol-unsupported" },
        retryInMs: expect.toSatisfy((ms: number) => ms >= 150_000) as number
      }
    ]
  ])
  isOld = false
  await fleet.time.advance(300_000)
  expect(link.metrics.connections).toBeGreaterThan(1)
})
