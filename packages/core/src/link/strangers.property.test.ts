import { keyedId } from "@syncline/diff/set"
import fc from "fast-check"
import { expect, it } from "vitest"
import type { Commit } from "../commit/commit.ts"
import type { NameDigest } from "../replica/name-digest.ts"
import { noFaults } from "../testing/faulty-network.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { Link, LinkMetrics } from "./link.ts"

/** Ids of which only so many bits are used: with few of them, documents share one as an attacker could make them. */
const cut =
  (bits: number): NameDigest =>
  (key, digest) => {
    const name = keyedId(key, digest)
    return name.map((byte, i) => (i < 8 - bits / 8 ? 0 : byte))
  }

const scene: fc.Arbitrary<Scene> = fc.record({
  seed: fc.nat(),
  bits: fc.constantFrom(64, 16, 8),
  units: fc.constantFrom(1, 2, 40),
  common: fc.constantFrom(0, 5, 40, 300),
  /** Changed or new, at the dialing and at the accepting side. */
  changed: fc.tuple(fc.constantFrom(0, 1, 9, 60), fc.constantFrom(0, 1, 9, 60)),
  added: fc.tuple(fc.constantFrom(0, 1, 9, 90), fc.constantFrom(0, 1, 9, 90)),
  small: fc.boolean(),
  faulty: fc.boolean()
})
interface Scene {
  readonly seed: number
  readonly bits: number
  readonly units: number
  readonly common: number
  readonly changed: readonly [number, number]
  readonly added: readonly [number, number]
  readonly small: boolean
  readonly faulty: boolean
}

const plain: Scene = {
  seed: 1,
  bits: 64,
  units: 1,
  common: 40,
  changed: [9, 9],
  added: [1, 1],
  small: false,
  faulty: false
}
/** Between them these come to every level, and to a sketch that gives up, whatever else is tried. */
const everyLevel: readonly Scene[] = [
  { ...plain, common: 5, changed: [1, 1] },
  plain,
  { ...plain, added: [350, 350], small: true },
  { ...plain, bits: 8, common: 300 },
  { ...plain, bits: 8, common: 300, faulty: true }
]

/** Two replicas with a past in common and none of it told by one to the other. */
async function strangers({ seed, bits, units, common, changed, added }: Scene): Promise<LinkFleet> {
  const fleet = new LinkFleet(seed, 2, noFaults, cut(bits))
  const { random } = fleet
  const shared: Commit[] = []
  for (let i = 0; i < common; i++) shared.push(fleet.host(0).write(`c${i % units}/d${i}`, random.bytes(9)))
  await fleet.plant(1, shared)
  for (const side of [0, 1]) {
    const changes = common === 0 ? 0 : (changed[side] ?? 0)
    for (let i = 0; i < changes; i++) fleet.host(side).write(random.pick(shared).document, random.bytes(9))
    for (let i = 0; i < (added[side] ?? 0); i++)
      fleet.host(side).write(`c${i % units}/new${side}-${i}`, random.bytes(9))
  }
  return fleet
}

/** Meets until both have the same, over however many connections it takes. */
async function meet(fleet: LinkFleet, { small, faulty }: Scene): Promise<Link> {
  const limits = {
    ...(small ? { maxFrameBytes: 8192, pageEntries: 7 } : {}),
    ...(faulty ? { helloTimeoutMs: 500, pingIntervalMs: 500, pingTimeoutMs: 500 } : {})
  }
  if (faulty) fleet.network.faults = { drop: 0.05, duplicate: 0.05, reorder: 0.05, cut: 0.02, maxDelayMs: 30 }
  const link = fleet.connect(0, 1, { limits, backoff: { baseMs: 20, maxMs: 200 } }, { limits })
  await fleet.time.advance(faulty ? 2_000 : 0)
  fleet.network.faults = noFaults
  expect(await fleet.synced(link)).toBe(true)
  link.close()
  return link
}

it("[LK22] strangers end with the same commits, whatever differs and however ids collide, without a divergence", async () => {
  const seen: LinkMetrics["levels"][] = []
  let connections = 0
  await fc.assert(
    fc.asyncProperty(scene, async one => {
      const fleet = await strangers(one)
      const link = await meet(fleet, one)
      expect(fleet.converged).toBe(true)
      expect(link.metrics.divergences).toBe(0)
      connections += link.metrics.connections
      seen.push(link.metrics.levels)
    }),
    { numRuns: Number(process.env["SYNC_HISTORIES"] ?? 24), examples: everyLevel.map(one => [one]) }
  )
  const total = (level: keyof LinkMetrics["levels"], what: "used" | "decoded" | "gaveUp") =>
    seen.reduce((sum, levels) => sum + levels[level][what], 0)
  for (const level of ["list", "rateless", "ranges", "merkle"] as const)
    expect(total(level, "decoded")).toBeGreaterThan(0)
  expect(total("rateless", "gaveUp")).toBeGreaterThan(0)
  // A run without lost connections would prove less.
  expect(connections).toBeGreaterThan(seen.length)
})
