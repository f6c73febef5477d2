import { keyedId } from "@syncline/diff/set"
import { describe, expect, it } from "vitest"
import type { Commit } from "../commit/commit.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { NameDigest } from "../replica/name-digest.ts"
import { readFrame } from "../sync/frame-reader.ts"
import type { Frame } from "../sync/frame.ts"
import { noFaults } from "../testing/faulty-network.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { Link } from "./link.ts"

/** Two replicas that have so many documents in common and never met. */
async function strangers(documents: number, nameDigest?: NameDigest, units = 1): Promise<LinkFleet> {
  const fleet = new LinkFleet(11, 2, noFaults, nameDigest)
  const commits: Commit[] = []
  for (let i = 0; i < documents; i++)
    commits.push(fleet.host(0).write(`u${i % units}/d${i}`, fleet.random.bytes(5)))
  await fleet.plant(1, commits)
  return fleet
}

async function meet(fleet: LinkFleet): Promise<Link> {
  const link = fleet.connect(0, 1)
  expect(await fleet.synced(link)).toBe(true)
  expect(fleet.converged).toBe(true)
  return link
}

/** Hears what is sent of a kind, either way. */
function overhear(fleet: LinkFleet): Frame[] {
  const heard: Frame[] = []
  fleet.onWire = sent => heard.push(readFrame(sent, 2 ** 24).frame)
  return heard
}

const used = ({ metrics }: Link) =>
  Object.entries(metrics.levels).flatMap(([level, { used: times }]) => (times > 0 ? [level] : []))

describe("strangers", () => {
  it("[LK12] strangers tell versions of what differs only, and each gets what it lacks", async () => {
    const fleet = await strangers(1_000)
    for (let i = 0; i < 5; i++) fleet.host(0).write(`u0/d${i}`, fleet.random.bytes(9))
    for (let i = 5; i < 10; i++) fleet.host(1).write(`u0/d${i}`, fleet.random.bytes(9))
    fleet.host(0).write("u0/here", fleet.random.bytes(9))
    fleet.host(1).write("u0/there", fleet.random.bytes(9))
    const heard = overhear(fleet)
    const link = await meet(fleet)
    expect(used(link)).toEqual(["rateless"])
    const told = heard.flatMap(frame => (frame.kind === "found" ? frame.entries : []))
    expect(told).toHaveLength(11)
    expect(link.metrics.bytesIn + link.metrics.bytesOut).toBeLessThan(3_500)
  })

  it("[SY41] a collection of a handful of documents is listed by who has fewer", async () => {
    const fleet = await strangers(9)
    for (let i = 0; i < 100; i++) fleet.host(1).write(`u0/more${i}`, fleet.random.bytes(9))
    const heard = overhear(fleet)
    const link = await meet(fleet)
    expect(used(link)).toEqual(["list"])
    const listed = heard.flatMap(frame => (frame.kind === "found" ? [frame.entries.length] : []))
    expect(listed).toEqual([9])
  })

  it("[SY42] where numbers of documents are far apart no sketch is tried", async () => {
    const limits = { maxFrameBytes: 8192 }
    const fleet = await strangers(20)
    for (let i = 0; i < 700; i++) fleet.host(1).write(`u0/more${i}`, fleet.random.bytes(9))
    const link = fleet.connect(0, 1, { limits }, { limits })
    expect(await fleet.synced(link)).toBe(true)
    expect([used(link), fleet.converged]).toEqual([["ranges"], true])
  })

  it("[SY43] a sketch that would take too many cells gives up, and ranges are compared in the same round", async () => {
    const limits = { maxFrameBytes: 8192 }
    const fleet = await strangers(20)
    for (const side of [0, 1])
      for (let i = 0; i < 350; i++) fleet.host(side).write(`u0/more${side}-${i}`, fleet.random.bytes(9))
    const heard = overhear(fleet)
    const link = fleet.connect(0, 1, { limits }, { limits })
    expect(await fleet.synced(link)).toBe(true)
    expect(link.metrics.levels.rateless.gaveUp).toBe(1)
    expect(link.metrics.fallThroughs).toBe(1)
    expect(Math.max(...heard.flatMap(frame => (frame.kind === "roots" ? [frame.round] : [])))).toBe(0)
  })

  it("[SY44] ids that collide hide nothing from the tree, which comes after sketch and ranges", async () => {
    const same: NameDigest = (key, digest) => keyedId(key, digest).fill(1)
    const fleet = await strangers(50, same)
    fleet.host(0).write("u0/d1", fleet.random.bytes(9))
    fleet.host(1).write("u0/d2", fleet.random.bytes(9))
    fleet.host(0).write("u0/here", fleet.random.bytes(9))
    fleet.host(1).write("u0/there", fleet.random.bytes(9))
    const link = await meet(fleet)
    expect(used(link)).toEqual(["rateless", "ranges", "merkle"])
    expect(link.metrics).toMatchObject({ fallThroughs: 2, exchanges: 1, divergences: 0 })
  })

  it("[SY45] many small units take few round trips", async () => {
    const fleet = await strangers(300, undefined, 100)
    for (let i = 0; i < 100; i++) fleet.host(i % 2).write(`u${i}/new`, fleet.random.bytes(9))
    const heard = overhear(fleet)
    const started = fleet.time.nowMs()
    await meet(fleet)
    expect(heard.filter(({ kind }) => kind === "found")).toHaveLength(100)
    // The network takes no time of its own; storing what came takes 2 ms a batch.
    expect(fleet.time.nowMs() - started).toBeLessThan(200)
  })

  it("[SY46] a set that changes too much meanwhile is compared anew, and in the end all is there", async () => {
    const fleet = await strangers(300)
    for (let i = 0; i < 60; i++) fleet.host(1).write(`u0/d${i}`, fleet.random.bytes(9))
    let left = 2
    fleet.onWire = sent => {
      const { frame } = readFrame(sent, 2 ** 24)
      if (frame.kind !== "reconcile" || frame.step !== "begin" || left-- <= 0) return
      for (let i = 0; i < 900; i++) fleet.host(0).write(`u0/busy${i % 40}`, fleet.random.bytes(3))
    }
    const link = await meet(fleet)
    expect(link.metrics.levels.rateless).toMatchObject({ used: 3, changed: 2 })
  })

  it("[SY46] what changes between being compared and being told is told, as it is then", async () => {
    const fleet = await strangers(300)
    for (let i = 0; i < 60; i++) fleet.host(1).write(`u0/d${i}`, fleet.random.bytes(9))
    const heard: Frame[] = []
    let hasChanged = false
    fleet.onWire = sent => {
      const { frame } = readFrame(sent, 2 ** 24)
      heard.push(frame)
      const isAnswer = frame.kind === "reconcile" && frame.step === "next"
      if (!isAnswer || hasChanged) return
      hasChanged = true
      for (let i = 0; i < 60; i++) fleet.host(1).write(`u0/d${i}`, fleet.random.bytes(9))
    }
    await meet(fleet)
    const told = heard.flatMap(frame => (frame.kind === "found" ? frame.entries : []))
    expect(new Set(told.map(({ document }) => document)).size).toBe(60)
  })

  it("[SY49] each side gets documents it has nothing of, and what it lacks of those that both changed", async () => {
    const fleet = await strangers(40)
    fleet.host(1).forget("u0/d7" as DocumentId)
    fleet.host(0).write("u0/d7", fleet.random.bytes(9))
    for (const side of [0, 1]) fleet.host(side).write("u0/d8", fleet.random.bytes(9))
    const heard = overhear(fleet)
    const link = await meet(fleet)
    expect(used(link)).toEqual(["rateless"])
    const wanted = heard.flatMap(frame => (frame.kind === "want" ? frame.entries : []))
    expect(wanted.map(({ document }) => document)).toEqual(["u0/d8"])
  })

  it("[SY49] of a document with forked chains the one who knows of it hears the other's version", async () => {
    const fleet = await strangers(40)
    fleet.host(0).write("u0/d1", fleet.random.bytes(9))
    fleet.host(1).forked.add("u0/d1" as DocumentId)
    const heard = overhear(fleet)
    await meet(fleet)
    const wanted = heard.flatMap(frame => (frame.kind === "want" ? frame.entries : []))
    expect(wanted.map(({ document }) => document)).toEqual(["u0/d1"])
  })
})
