import { describe, expect, it } from "vitest"
import type { ConnectOptions } from "./connect-link.ts"
import type { DocumentId } from "../document/document-id.ts"
import { readFrame } from "../sync/frame-reader.ts"
import { LinkFleet } from "../testing/link-fleet.ts"

/** Two replicas that met, wrote, and are equal; their link is closed. */
async function acquainted(documents: number, options: ConnectOptions = {}): Promise<LinkFleet> {
  const fleet = new LinkFleet(5, 2)
  for (let i = 0; i < documents; i++) fleet.host(0).write(`notes/${i}`, fleet.random.bytes(100))
  const link = fleet.connect(0, 1, options)
  expect(await fleet.synced(link)).toBe(true)
  await fleet.time.advance(2_000)
  link.close()
  await fleet.time.advance(100)
  return fleet
}

const key = new Uint8Array([1])

/** Uploads a large snapshot by a link that breaks in the middle, and, after what is done in between, by another one. */
async function brokenUpload(
  before: ConnectOptions,
  after: ConnectOptions,
  between: (fleet: LinkFleet, options: ConnectOptions) => Promise<void> = async () => {}
): Promise<LinkFleet> {
  const fleet = new LinkFleet(2, 2)
  fleet.host(0).snapshotAbove = 2
  for (let i = 0; i < 40; i++) fleet.host(0).write("big/one", fleet.random.bytes(5_000))
  const limits = { maxFrameBytes: 8192, windowBytes: 2 ** 15 }
  const broken = fleet.connect(0, 1, { ...before, limits }, { limits })
  await fleet.time.until(() => broken.metrics.bytesOut > 120_000, 60_000)
  broken.close()
  await fleet.time.advance(100)
  await between(fleet, { ...after, limits })
  expect(await fleet.synced(fleet.connect(0, 1, { ...after, limits }, { limits }))).toBe(true)
  return fleet
}

describe("catching up", () => {
  it("[LK10] reconnecting with nothing changed costs at most 160 bytes in both directions together", async () => {
    const fleet = await acquainted(100)
    const link = fleet.connect(0, 1)
    expect(await fleet.synced(link)).toBe(true)
    await fleet.time.advance(10_000)
    expect(link.status).toBe("live")
    expect(link.metrics.bytesIn + link.metrics.bytesOut).toBeLessThanOrEqual(160)
    expect(link.metrics.unitComparisons).toBe(0)
  })

  it("[LK11] replicas that met before go on from the cursors, without an exchange of versions", async () => {
    const fleet = await acquainted(100)
    fleet.host(0).write("notes/7", fleet.random.bytes(20))
    fleet.host(1).write("notes/8", fleet.random.bytes(20))
    const link = fleet.connect(0, 1)
    expect(await fleet.synced(link)).toBe(true)
    expect(fleet.converged).toBe(true)
    expect(link.metrics).toMatchObject({ unitComparisons: 1, exchanges: 0 })
    expect(link.metrics.bytesIn + link.metrics.bytesOut).toBeLessThan(900)
  })

  it("[LK12] strangers exchange versions, and each gets what it lacks, absent documents included", async () => {
    const fleet = new LinkFleet(1, 2)
    fleet.write(60)
    fleet.host(0).write("only/here", fleet.random.bytes(5))
    fleet.host(1).write("only/there", fleet.random.bytes(5))
    const link = fleet.connect(0, 1, { limits: { pageEntries: 2 } }, { limits: { pageEntries: 3 } })
    expect(await fleet.synced(link)).toBe(true)
    expect(fleet.converged).toBe(true)
    expect(link.metrics.exchanges).toBe(1)
  })

  it("[LK13] a log that lost its tail and grew again is recognised by its hash, before anything is sent", async () => {
    const fleet = await acquainted(20)
    fleet.host(0).loseAfter(10)
    for (let i = 0; i < 30; i++) fleet.host(0).write(`notes/other${i}`, fleet.random.bytes(20))
    const rounds = new Set<number>()
    fleet.onWire = message => {
      const { frame } = readFrame(message, 2 ** 20)
      if (frame.kind === "roots") rounds.add(frame.round)
    }
    const link = fleet.connect(0, 1)
    expect(await fleet.synced(link)).toBe(true)
    expect(fleet.converged).toBe(true)
    expect([link.metrics.exchanges, rounds]).toEqual([1, new Set([0])])
  })

  it.each([
    ["rateless", { before: 60, left: 20, added: 50, most: 14_500 }],
    ["list", { before: 12, left: 3, added: 9, most: 10_500 }]
  ] as const)(
    "[LK13] a side whose cursor did not hold learns what it lacks (%s) though the other goes on from its own",
    async (level, { before, left, added, most }) => {
      const fleet = await acquainted(before)
      const [lost, kept] = [fleet.host(0), fleet.host(1)]
      lost.loseAfter(left)
      const { position } = kept.end
      const logHash = (await kept.logHashAt(position)) ?? new Uint8Array()
      await lost.savePeerCursor({ epoch: kept.epoch, position, logHash })
      for (let i = left; i < before; i++) lost.write(`notes/other${i}`, fleet.random.bytes(20))
      for (let i = 0; i < added; i++) kept.write(`notes/new${i}`, fleet.random.bytes(added === 9 ? 900 : 100))
      // So little credit that what the cursor brings is still under way when it is known what differs.
      const link = fleet.connect(1, 0, {}, { limits: { windowBytes: 4096 } })
      expect(await fleet.synced(link)).toBe(true)
      expect([fleet.converged, link.metrics.levels[level].used]).toEqual([true, 1])
      // What the cursor brings is not sent once more because of what was compared.
      expect(link.metrics.bytesOut).toBeLessThan(most)
      expect(link.metrics.fallThroughs).toBe(0)
    }
  )

  it("[LK14] what a peer sent is not sent back to it, neither live nor after reconnecting", async () => {
    const fleet = await acquainted(200)
    fleet.host(1).write("other/1", fleet.random.bytes(10))
    const link = fleet.connect(0, 1)
    expect(await fleet.synced(link)).toBe(true)
    expect(link.metrics.bytesIn).toBeLessThan(700)
  })

  it("[LK14] units that are equal are left out of a catch-up by a cursor that is behind", async () => {
    const fleet = new LinkFleet(8, 2)
    for (let i = 0; i < 200; i++) fleet.host(0).write(`notes/${i}`, fleet.random.bytes(100))
    const first = fleet.connect(0, 1)
    // Ends before the sides could tell each other that they are equal.
    while (!fleet.converged) await fleet.time.advance(1)
    first.close()
    fleet.host(1).write("other/1", fleet.random.bytes(10))
    const link = fleet.connect(0, 1)
    expect(await fleet.synced(link)).toBe(true)
    expect(link.metrics.bytesIn).toBeLessThan(1_500)
  })

  it("[LK15] a replica relays between its links, and a loop of links comes to rest", async () => {
    const fleet = new LinkFleet(3, 3)
    const links = [fleet.connect(0, 1), fleet.connect(1, 2), fleet.connect(2, 0)]
    await fleet.time.advance(1_000)
    fleet.host(0).write("notes/1", fleet.random.bytes(10))
    await fleet.time.advance(10_000)
    const before = links.map(({ metrics }) => metrics.framesOut)
    await fleet.time.advance(10_000)
    expect(fleet.converged).toBe(true)
    expect(links.map(({ metrics }) => metrics.framesOut)).toEqual(before)
  })

  it("[LK16] a catch-up by cursor that breaks goes on where it was", async () => {
    const limits = { batchBytes: 2_000, maxReceiveBytes: 2_000 }
    const fleet = await acquainted(10, { limits })
    for (let i = 0; i < 600; i++) fleet.host(1).write(`notes/new${i}`, fleet.random.bytes(100))
    const link = fleet.connect(0, 1, { limits, backoff: { baseMs: 10 } }, { limits })
    while (link.progress.documents < 300) await fleet.time.advance(1)
    expect(link.progress.documents).toBeLessThan(400)
    fleet.network.faults = { ...fleet.network.faults, cut: 1 }
    await fleet.time.until(() => link.status === "offline", 1_000)
    fleet.network.faults = { ...fleet.network.faults, cut: 0 }
    expect(await fleet.synced(link)).toBe(true)
    expect(fleet.converged).toBe(true)
    expect(link.metrics.exchanges).toBe(0)
    // Counted anew for each connection: all 600 would come again if it began anew.
    expect(link.progress.documents).toBeLessThan(450)
  })

  it("[LK17] a large snapshot travels in chunks and goes on where it broke", async () => {
    const fleet = new LinkFleet(2, 2)
    fleet.host(1).snapshotAbove = 2
    for (let i = 0; i < 40; i++) fleet.host(1).write("big/one", fleet.random.bytes(5_000))
    const limits = { maxFrameBytes: 8192, windowBytes: 2 ** 15 }
    const link = fleet.connect(0, 1, { limits, backoff: { baseMs: 60_000, maxMs: 60_000 } }, { limits })
    await fleet.time.until(() => link.metrics.bytesIn > 120_000, 60_000)
    fleet.network.faults = { ...fleet.network.faults, cut: 1 }
    await fleet.time.until(() => link.status === "offline", 1_000)
    fleet.network.faults = { ...fleet.network.faults, cut: 0 }
    expect(await fleet.synced(link)).toBe(true)
    expect(fleet.converged).toBe(true)
    expect(link.metrics.connections).toBe(2)
    expect(link.metrics.bytesIn).toBeLessThan(230_000)
  })

  it("[LK17] a large snapshot that is sent to who was dialed goes on where it broke, too", async () => {
    const fleet = await brokenUpload({ credentials: key }, { credentials: key })
    expect(fleet.converged).toBe(true)
    expect(fleet.links.at(-1)?.metrics.bytesOut).toBeLessThan(100_000)
  })

  it("[LK70] nobody else goes on with it: who shows other credentials begins anew", async () => {
    const fleet = await brokenUpload({ credentials: key }, { credentials: new Uint8Array([2]) })
    expect(fleet.converged).toBe(true)
    expect(fleet.links.at(-1)?.metrics.bytesOut).toBeGreaterThan(200_000)
  })

  it("[LK70] it stays for who comes back and is gone again before anything is compared", async () => {
    const fleet = await brokenUpload({ credentials: key }, { credentials: key }, async (midway, options) => {
      midway.host(1).indexMs = 5_000
      const short = midway.connect(0, 1, options)
      await midway.time.advance(1_000)
      short.close()
      await midway.time.advance(10_000)
    })
    expect(fleet.converged).toBe(true)
    expect(fleet.links.at(-1)?.metrics.bytesOut).toBeLessThan(100_000)
  })

  it("[SY75] it goes on where it broke also where something whole comes before it", async () => {
    const fleet = new LinkFleet(2, 2)
    fleet.host(1).snapshotAbove = 2
    for (let i = 0; i < 40; i++) fleet.host(1).write("big/one", fleet.random.bytes(5_000))
    const limits = { maxFrameBytes: 8192, windowBytes: 2 ** 15, batchBytes: 500 }
    const link = fleet.connect(0, 1, { limits, backoff: { baseMs: 60_000, maxMs: 60_000 } }, { limits })
    await fleet.time.until(() => link.metrics.bytesIn > 120_000, 60_000)
    fleet.network.faults = { ...fleet.network.faults, cut: 1 }
    await fleet.time.until(() => link.status === "offline", 1_000)
    fleet.network.faults = { ...fleet.network.faults, cut: 0 }
    for (let i = 0; i < 9; i++) fleet.host(1).write(`a/${i}`, fleet.random.bytes(300))
    expect(await fleet.synced(link)).toBe(true)
    expect(fleet.converged).toBe(true)
    expect(link.metrics.connections).toBe(2)
    expect(link.metrics.bytesIn).toBeLessThan(230_000)
  })

  it("[LK18] a first catch-up knows how many documents will come", async () => {
    const fleet = new LinkFleet(4, 2)
    for (let i = 0; i < 500; i++) fleet.host(1).write(`notes/${i}`, fleet.random.bytes(50))
    const link = fleet.connect(0, 1)
    expect(await fleet.synced(link)).toBe(true)
    expect(link.progress).toEqual({ documents: 500, expected: 500 })
  })

  it("[LK19] commits a peer refuses are told, keep the cursor, and show as divergence that ends with their reason", async () => {
    const fleet = new LinkFleet(6, 2)
    const bad = fleet.host(0).write("notes/bad", fleet.random.bytes(10)).document
    fleet.host(0).write("notes/good", fleet.random.bytes(10))
    fleet.host(1).refuses.add(bad)
    const link = fleet.connect(0, 1)
    const problems: string[] = []
    link.onProblem(problem =>
      problems.push(problem.kind === "rejected" ? `${problem.where} ${problem.document}` : problem.kind)
    )
    await fleet.time.advance(20_000)
    expect(problems).toContain("there notes/bad")
    expect(problems).toContain("diverged")
    expect(await fleet.host(1).peerCursor(fleet.host(0).epoch)).toBeUndefined()
    // What is taken afterwards must not carry the cursor over what was not.
    fleet.host(0).write("notes/good", fleet.random.bytes(10))
    await fleet.time.advance(5_000)
    expect(await fleet.host(1).peerCursor(fleet.host(0).epoch)).toBeUndefined()
    fleet.host(1).refuses.clear()
    expect(await fleet.synced(link)).toBe(true)
    expect(fleet.converged).toBe(true)
  })

  it("[LK20] one name where a list belongs is refused, not taken letter by letter", () => {
    const fleet = new LinkFleet(7, 2)
    const dial = () => fleet.connect(0, 1, { scope: "notes" })
    expect(dial).toThrow(expect.objectContaining({ code: "document-id-invalid" }))
    expect(dial).toThrow('write ["notes"]')
  })

  it("[LK20] a link grants no more than what both sides name, in both directions", async () => {
    const fleet = new LinkFleet(7, 2)
    for (const index of [0, 1])
      for (const unit of ["a", "b", "c"]) fleet.host(index).write(`${unit}/${index}`, fleet.random.bytes(9))
    const link = fleet.connect(0, 1, { scope: ["a", "b"] }, { authorize: () => ({ read: ["b", "c"] }) })
    expect(await fleet.synced(link)).toBe(true)
    for (const unit of ["a", "b", "c"]) fleet.host(0).write(`${unit}/0`, fleet.random.bytes(9))
    expect(await fleet.synced(link)).toBe(true)
    expect([link.metrics.rejectedHere, link.metrics.rejectedThere]).toEqual([0, 0])
    const collections = async (index: number) =>
      (await fleet.host(index).unitRoots()).map(({ documents }) => documents)
    expect([await collections(0), await collections(1)]).toEqual([
      [1, 2, 1],
      [1, 2, 1]
    ])
  })

  it("[LK21] commits that build on what is missing are asked for again, without an exchange", async () => {
    const fleet = await acquainted(20)
    const link = fleet.connect(0, 1)
    await fleet.time.advance(1_000)
    fleet.host(1).forget("notes/7" as DocumentId)
    fleet.host(0).write("notes/7", fleet.random.bytes(10))
    await fleet.time.advance(300)
    expect(fleet.converged).toBe(true)
    expect(link.metrics.exchanges).toBe(0)
  })
})
