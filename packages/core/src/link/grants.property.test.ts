import fc from "fast-check"
import { expect, test } from "vitest"
import type { NetworkFaults } from "../testing/faulty-network.ts"
import { noFaults } from "../testing/faulty-network.ts"
import { GrantFleet, grantedIds } from "../testing/grant-fleet.ts"
import type { Link } from "./link.ts"

const bad: NetworkFaults = { drop: 0.02, duplicate: 0.03, reorder: 0.02, cut: 0.005, maxDelayMs: 30 }
const limits = { helloTimeoutMs: 2_000, pingIntervalMs: 1_000, pingTimeoutMs: 1_000, settleMs: 200 }
const options = { limits, backoff: { baseMs: 50, maxMs: 500 }, connectTimeoutMs: 1_000 }

const history = fc.record({
  seed: fc.nat(),
  clients: fc.integer({ min: 1, max: 3 }),
  faults: fc.constantFrom(noFaults, bad),
  steps: fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant("write" as const), count: fc.integer({ min: 1, max: 6 }) })
      },
      {
        weight: 2,
        arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 2_000 }) })
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("regrant" as const), client: fc.nat(2) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop" as const), client: fc.nat(2) }) }
    ),
    { minLength: 1, maxLength: 12 }
  )
})
type History = typeof history extends fc.Arbitrary<infer H> ? H : never

async function play({
  seed,
  clients,
  faults,
  steps
}: History): Promise<{ fleet: GrantFleet; links: readonly Link[]; drops: readonly number[] }> {
  const fleet = new GrantFleet(seed, clients, faults)
  for (let i = 0; i < 12; i++) fleet.writeAnywhere()
  const links = fleet.dial(options)
  const drops = fleet.clients.map(() => 0)
  const drop = (client: number) => {
    drops[client - 1] = (drops[client - 1] ?? 0) + 1
    fleet.drop(client)
  }
  for (const step of steps) {
    if (step.kind === "write") for (let i = 0; i < step.count; i++) fleet.writeAnywhere()
    else if (step.kind === "wait") await fleet.time.advance(step.ms)
    else {
      const client = 1 + (step.client % clients)
      if (step.kind === "regrant") fleet.regrant(client)
      drop(client)
    }
    await fleet.time.advance(5)
  }
  fleet.network.faults = noFaults
  for (const client of fleet.clients) drop(client)
  await fleet.time.advance(5_000)
  return { fleet, links, drops }
}

/** Twice: what comes from one is passed on to the others. */
async function settled(fleet: GrantFleet, links: readonly Link[]): Promise<boolean> {
  for (const link of [...links, ...links]) if (!(await fleet.synced(link))) return false
  return true
}

test("[GR20] whatever was granted when, each ends with exactly what it may have, and learns of nothing else", async () => {
  const seen = { kept: 0, withheld: 0, sent: 0 }
  await fc.assert(
    fc.asyncProperty(history, async one => {
      const { fleet, links, drops } = await play(one)
      expect(await settled(fleet, links)).toBe(true)
      expect(fleet.leaks).toEqual([])
      const divergences = links.map(({ metrics }) => metrics.divergences)
      expect(one.faults === noFaults && divergences.some(count => count > 0)).toBe(false)
      // A link that got stuck would be in sync in the end, too: over another connection, a minute later.
      const more = links.map(({ metrics }, i) => metrics.connections - 1 - (drops[i] ?? 0))
      expect(one.faults === noFaults && more.some(count => count > 0)).toBe(false)
      const wrong = fleet.clients.flatMap((client, i) => wrongs(fleet, links[i], client, seen))
      expect(wrong).toEqual([])
      for (const link of links) link.close()
    }),
    { numRuns: Number(process.env["SYNCLINE_RUNS"] ?? 60) }
  )
  // Fleets in which nobody may do everything, and somebody something.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(0)
})

// What the granting side says of a document that is kept apart (`standing`) may be newer than the idle frame it is compared by.
test("[GR22] what is written to a document that is kept apart, while roots are compared, is no divergence", async () => {
  const write = (count: number) => ({ kind: "write" as const, count })
  const steps = [
    { kind: "drop" as const, client: 0 },
    write(1),
    write(3),
    write(5),
    { kind: "wait" as const, ms: 0 }
  ]
  const { fleet, links } = await play({ seed: 7, clients: 1, faults: noFaults, steps })
  expect(await settled(fleet, links)).toBe(true)
  expect(links.map(({ metrics }) => metrics.divergences)).toEqual([0])
})

/** What one client, or replica 0 because of it, has or lacks against its grants. */
function wrongs(
  fleet: GrantFleet,
  link: Link | undefined,
  client: number,
  seen: { kept: number; withheld: number; sent: number }
): readonly string[] {
  const { actor } = fleet.host(client)
  return grantedIds.flatMap(id => {
    const [there, here] = [fleet.lacking(client, 0, id), fleet.lacking(0, client, id)]
    const isKept = there.length > 0 && fleet.mayRead(client, id)
    if (isKept) seen.kept++
    if (here.length > 0) seen.withheld++
    else seen.sent++
    const makers = (index: number) => [...(fleet.host(index).commits().get(id)?.values() ?? [])]
    const wrong = {
      "lacks what it may read": fleet.mayRead(client, id) && here.length > 0,
      "could not write": fleet.mayWrite(client, id) && there.length > 0,
      "was told of": !fleet.everReadable(client, id) && makers(client).some(maker => maker !== actor),
      wrote: !fleet.everWritable(client, id) && makers(0).includes(actor),
      "does not show": isKept && link?.sync.isUnsynced(id) !== true
    }
    return Object.entries(wrong).flatMap(([what, isWrong]) => (isWrong ? [`${client} ${what} ${id}`] : []))
  })
}
