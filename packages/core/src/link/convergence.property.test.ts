import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { NetworkFaults } from "../testing/faulty-network.ts"
import { noFaults } from "../testing/faulty-network.ts"
import { LinkFleet } from "../testing/link-fleet.ts"

const bad: NetworkFaults = { drop: 0.03, duplicate: 0.05, reorder: 0.03, cut: 0.01, maxDelayMs: 40 }
const limits = {
  windowBytes: 4096,
  maxFrameBytes: 8192,
  batchBytes: 600,
  maxQueuedBytes: 2000,
  pageEntries: 3,
  helloTimeoutMs: 2_000,
  pingIntervalMs: 1_000,
  pingTimeoutMs: 1_000
}
const options = { limits, backoff: { baseMs: 100, maxMs: 1_000 }, connectTimeoutMs: 1_000 }
/** Lines between replicas: a pair, a chain, a star, a ring with its loop. */
const topologies: readonly (readonly (readonly [number, number])[])[] = [
  [[0, 1]],
  [
    [0, 1],
    [1, 2]
  ],
  [
    [1, 0],
    [2, 0],
    [3, 0]
  ],
  [
    [0, 1],
    [1, 2],
    [2, 0]
  ]
]

const history = fc.record({
  seed: fc.nat(),
  topology: fc.constantFrom(...topologies),
  steps: fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("write" as const), count: fc.integer({ min: 1, max: 10 }) }),
      fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 3000 }) }),
      fc.record({ kind: fc.constant("partition" as const), line: fc.nat(3) }),
      fc.record({ kind: fc.constant("heal" as const) })
    ),
    { minLength: 1, maxLength: 12 }
  ),
  snapshotAbove: fc.constantFrom(2, 1000)
})
type History = typeof history extends fc.Arbitrary<infer H> ? H : never

async function play({ seed, topology, steps, snapshotAbove }: History): Promise<LinkFleet> {
  const fleet = new LinkFleet(seed, 1 + Math.max(...topology.flat()), bad)
  for (const host of fleet.hosts) host.snapshotAbove = snapshotAbove
  fleet.write(10)
  for (const [from, to] of topology) fleet.connect(from, to, options, { limits })
  for (const step of steps) {
    const [from, to] = topology["line" in step ? step.line % topology.length : 0] ?? [0, 1]
    if (step.kind === "write") fleet.write(step.count)
    else if (step.kind === "partition") fleet.network.partition(`${from}-${to}`)
    else if (step.kind === "heal") fleet.network.heal()
    await fleet.time.advance(step.kind === "wait" ? step.ms : 20)
  }
  fleet.network.heal()
  fleet.network.faults = noFaults
  return fleet
}

describe("links over a bad network", () => {
  it("[LK1] once the network heals, all replicas hold the same commits and every link is live", async () => {
    const faults = { dropped: 0, duplicated: 0, reordered: 0, cut: 0, partitioned: 0 }
    await fc.assert(
      fc.asyncProperty(history, async one => {
        const fleet = await play(one)
        const settled = () => fleet.converged && fleet.links.every(({ status }) => status === "live")
        expect(await fleet.time.until(settled, 120_000)).toBe(true)
        for (const key of Object.keys(faults) as (keyof typeof faults)[])
          faults[key] += fleet.network.counts[key]
        for (const link of fleet.links) link.close()
      }),
      { numRuns: Number(process.env["SYNC_HISTORIES"] ?? 60) }
    )
    // A run without faults would prove nothing.
    expect(Math.min(...Object.values(faults))).toBeGreaterThan(0)
  })

  it("[LK2] a fleet ends the same way whenever it runs from the same seed", async () => {
    const one: History = {
      seed: 7,
      topology: topologies[3] ?? [],
      steps: [
        { kind: "write", count: 9 },
        { kind: "wait", ms: 2000 }
      ],
      snapshotAbove: 2
    }
    const [first, second] = [await play(one), await play(one)]
    expect(first.network.counts).toEqual(second.network.counts)
    expect(first.network.counts.delivered).toBeGreaterThan(50)
    for (const link of [...first.links, ...second.links]) link.close()
  })
})
