import { expect, test } from "vitest"
import { decodeCommits } from "../codec/commit-decoder.ts"
import type { SyncLimits } from "../sync/sync-limits.ts"
import { readFrame } from "../sync/frame-reader.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { Link } from "./link.ts"

/** When batches leave the dialing side, and how many commits are in each. */
async function live(limits: Partial<SyncLimits>): Promise<{
  readonly fleet: LinkFleet
  readonly link: Link
  readonly batches: (readonly [number, number])[]
}> {
  const fleet = new LinkFleet(1, 2)
  const link = fleet.connect(0, 1, { limits })
  await fleet.time.advance(1_000)
  const batches: (readonly [number, number])[] = []
  fleet.onWire = (message, from) => {
    const { frame } = readFrame(message, 2 ** 20)
    if (from === 0 && frame.kind === "commits")
      batches.push([fleet.time.nowMs() - 1_000, decodeCommits(frame.bytes).length])
  }
  return { fleet, link, batches }
}

async function type(fleet: LinkFleet, count: number, everyMs: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    fleet.host(0).write("notes/1", new Uint8Array(3))
    await fleet.time.advance(everyMs)
  }
}

test("[LK43] the first commit after quiet leaves at once, what follows within the interval as one batch", async () => {
  const { fleet, batches } = await live({})
  await type(fleet, 8, 4)
  await fleet.time.advance(100)
  expect(batches).toEqual([
    [0, 1],
    [16, 3],
    [32, 4]
  ])
})

test("[LK43] with an interval of 0 each leaves at once; slower than the interval, so does each", async () => {
  const [atOnce, slowly] = [await live({ batchIntervalMs: 0 }), await live({})]
  await type(atOnce.fleet, 3, 4)
  await type(slowly.fleet, 3, 100)
  expect(atOnce.batches).toEqual([0, 4, 8].map(ms => [ms, 1]))
  expect(slowly.batches).toEqual([0, 100, 200].map(ms => [ms, 1]))
})

test("[LK44] who asks whether all is there makes nothing wait for the interval", async () => {
  const { fleet, link, batches } = await live({ batchIntervalMs: 60_000 })
  await type(fleet, 3, 4)
  expect(await fleet.synced(link)).toBe(true)
  expect(batches).toEqual([
    [0, 1],
    [12, 2]
  ])
  expect(fleet.converged).toBe(true)
})

test("[LK44] comparisons do not wait either: nothing is held back longer than until the next one", async () => {
  const { fleet } = await live({ batchIntervalMs: 60_000 })
  await type(fleet, 3, 4)
  await fleet.time.advance(5_000)
  expect(fleet.converged).toBe(true)
})
