import fc from "fast-check"
import { expect, test } from "vitest"
import { encodeCommits } from "../codec/commit-encoder.ts"
import type { Commit } from "../commit/commit.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { Link } from "./link.ts"

const minPayloadBytes = 2 ** 13

/** What a link says could not be sent, document by document, sorted. */
const unsendable = (link: Link) =>
  link.sync.status.rejected.map(({ document, reason }) => `${document} ${reason}`).sort()

test("[SY79] two hundred documents reach a peer that takes 8 KiB at a time", async () => {
  const fleet = new LinkFleet(1, 2)
  for (let i = 0; i < 200; i++) fleet.host(0).write(`notes/${i}`, fleet.random.bytes(500))
  const link = fleet.connect(0, 1, {}, { limits: { maxPayloadBytes: minPayloadBytes } })
  expect(await fleet.synced(link)).toBe(true)
  expect(fleet.converged).toBe(true)
  expect(unsendable(link)).toEqual([])
})

const write = fc.record({
  document: fc.nat(12),
  bytes: fc.oneof(fc.nat(700), fc.nat(20_000)),
  isRandom: fc.boolean(),
  isLive: fc.boolean()
})
const history = fc.record({
  seed: fc.nat(),
  limit: fc.integer({ min: minPayloadBytes, max: 2 ** 15 }),
  windowBytes: fc.constantFrom(2 ** 12, 2 ** 13, 2 ** 14, 2 ** 21),
  writes: fc.array(write, { minLength: 1, maxLength: 120 })
})

test("[SY79] what fits arrives, and of what does not each document is told, whatever the limits, sizes and contents", async () => {
  let told = 0
  await fc.assert(
    fc.asyncProperty(history, async ({ seed, limit, windowBytes, writes }) => {
      const fleet = new LinkFleet(seed, 2)
      const limits = { maxPayloadBytes: limit, windowBytes, maxFrameBytes: minPayloadBytes }
      const most = 2 ** Math.floor(Math.log2(limit))
      const arriving: Commit[] = []
      const stuck = new Set<string>()
      const make = ({ document, bytes, isRandom }: (typeof writes)[number]) => {
        const update = isRandom ? fleet.random.bytes(bytes) : new Uint8Array(bytes)
        const commit = fleet.host(0).write(`notes/${document}`, update)
        if (encodeCommits([commit]).length > most) stuck.add(commit.document)
        // What comes later builds on what does not fit.
        if (!stuck.has(commit.document)) arriving.push(commit)
      }
      for (const one of writes) if (!one.isLive) make(one)
      const link = fleet.connect(0, 1, {}, { limits })
      await fleet.time.advance(5_000)
      for (const one of writes) if (one.isLive) make(one)
      await fleet.time.advance(60_000)
      told += stuck.size
      expect([...fleet.host(1).commits().values()].reduce((sum, { size }) => sum + size, 0)).toBe(
        arriving.length
      )
      expect(unsendable(link)).toEqual([...stuck].sort().map(document => `${document} too-large`))
      expect(link.sync.status.phase).toBe(stuck.size === 0 ? "live" : "diverged")
      link.close()
    }),
    { numRuns: 60 }
  )
  // Without anything too large half of this would prove nothing.
  expect(told).toBeGreaterThan(0)
})

test("[SY79] a window smaller than a frame delays documents of several commits and loses none", async () => {
  const fleet = new LinkFleet(0, 2)
  for (const [document, update] of [
    ["notes/6", fleet.random.bytes(12_926)],
    ["notes/6", new Uint8Array(705)],
    ["notes/0", new Uint8Array(0)],
    ["notes/6", fleet.random.bytes(228)]
  ] as const)
    fleet.host(0).write(document, update)
  const limits = { maxPayloadBytes: 2 ** 14, windowBytes: 2 ** 12, maxFrameBytes: minPayloadBytes }
  const link = fleet.connect(0, 1, {}, { limits })
  await fleet.time.advance(60_000)
  expect(link.sync.status.phase).toBe("live")
})
