import { describe, expect, it } from "vitest"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { LinkMemory } from "../sync/sync-host.ts"
import type { AcceptOptions } from "./accept-link.ts"
import type { Grant } from "./authorization.ts"
import type { DocumentRule } from "../sync/link-grant.ts"
import type { Link, LinkProblem } from "./link.ts"

const small = new Uint8Array(9)

/** Two replicas, linked under a grant, in sync. */
async function linked(
  grant: Grant | (() => Grant),
  documents: readonly string[] = [],
  scope?: readonly string[]
) {
  const fleet = new LinkFleet(1, 2)
  for (const id of documents) fleet.host(1).write(id, small)
  const authorize = typeof grant === "function" ? grant : () => grant
  const backoff = { baseMs: 10, maxMs: 100 }
  const link = fleet.connect(0, 1, { backoff, ...(scope === undefined ? {} : { scope }) }, { authorize })
  expect(await fleet.synced(link)).toBe(true)
  return { fleet, link }
}

/** What a replica holds, ids alone. */
function ids(fleet: LinkFleet, index: number): string[] {
  return fleet
    .host(index)
    .contents()
    .split("\n")
    .filter(line => line !== "")
    .map(line => line.split(" ", 1)[0] ?? "")
}

/** How many commits a replica holds of a document. */
function commits(fleet: LinkFleet, index: number, id: string): number {
  const line = fleet
    .host(index)
    .contents()
    .split("\n")
    .find(each => each.startsWith(`${id} `))
  return line === undefined ? 0 : line.split(" ").length - 1
}

/** Another connection, after something was done in between. */
async function reconnected(fleet: LinkFleet, link: Link, meanwhile: () => void = () => {}): Promise<void> {
  fleet.accepted.at(-1)?.close()
  meanwhile()
  await fleet.time.until(() => link.status === "offline", 1_000)
  expect(await fleet.synced(link)).toBe(true)
}

describe("grants", () => {
  it("[GR1] a prefix is a unit: what begins with it travels, and nothing else", async () => {
    const documents = ["notes/a/1", "notes/a/2", "notes/a", "notes/ab", "notes/b/1", "tasks/a/1"]
    const { fleet, link } = await linked({ read: ["notes/a/"] }, documents)
    expect(ids(fleet, 0)).toEqual(["notes/a/1", "notes/a/2"])
    fleet.host(0).write("notes/a/3", small)
    fleet.host(0).write("notes/b/3", small)
    expect(await fleet.synced(link)).toBe(true)
    expect(ids(fleet, 1)).toEqual([...documents, "notes/a/3"].sort())
  })

  it("[GR1] the dialing side may ask for prefixes and documents, too", async () => {
    const documents = ["notes/a/1", "notes/b/1", "tasks/1", "tasks/2"]
    const { fleet } = await linked({ read: ["notes", "tasks/2"] }, documents, ["notes/b/", "tasks"])
    expect(ids(fleet, 0)).toEqual(["notes/b/1", "tasks/2"])
  })

  it("[GR3] what may be read and not written comes, and stays as it is there", async () => {
    const { fleet, link } = await linked({ read: "all", write: ["mine"] }, ["mine/1", "theirs/1"])
    fleet.host(0).write("mine/1", small)
    fleet.host(0).write("theirs/1", small)
    expect(await fleet.synced(link)).toBe(true)
    expect([commits(fleet, 1, "mine/1"), commits(fleet, 1, "theirs/1")]).toEqual([2, 1])
    expect(link.metrics.divergences).toBe(0)
  })

  it("[GR13] both sides know what the link may sync, as of the last greeting", async () => {
    const fleet = new LinkFleet(1, 2)
    const rule = { name: "all of it", mayRead: () => true, mayWrite: () => true }
    const link = fleet.connect(
      0,
      1,
      { scope: ["a", "b", "c"] },
      { authorize: () => ({ read: ["a", "b/x/"], write: ["a"], documents: rule }) }
    )
    expect(link.grant).toBeUndefined()
    await fleet.time.advance(500)
    const granted = { read: ["a", "b/x/"], write: ["a"], byRule: true }
    expect([link.grant, fleet.accepted[0]?.grant]).toEqual([granted, granted])
    link.setScope(["b"])
    await fleet.time.advance(500)
    expect(link.grant).toEqual({ read: ["b/x/"], write: [], byRule: true })
  })

  it("[GR4] what was not taken is shown, kept and counted as unsynced", async () => {
    const { fleet, link } = await linked({ read: "all", write: [] }, ["notes/1"])
    fleet.host(0).write("notes/1", small)
    expect(await fleet.synced(link)).toBe(true)
    expect(link.sync.status.rejected).toMatchObject([
      { document: "notes/1", where: "there", reason: "not-granted" }
    ])
    expect([link.sync.isUnsynced("notes/1"), link.status]).toEqual([true, "live"])
    expect([commits(fleet, 0, "notes/1"), commits(fleet, 1, "notes/1")]).toEqual([2, 1])
  })

  it("[GR5] what is new there of a document kept apart comes all the same", async () => {
    const { fleet, link } = await linked({ read: "all", write: [] }, ["notes/1"])
    fleet.host(0).write("notes/1", small)
    expect(await fleet.synced(link)).toBe(true)
    fleet.host(1).write("notes/1", small)
    expect(await fleet.synced(link)).toBe(true)
    expect(commits(fleet, 0, "notes/1")).toBe(3)
    await reconnected(fleet, link)
    fleet.host(1).write("notes/1", small)
    expect(await fleet.synced(link)).toBe(true)
    expect(commits(fleet, 0, "notes/1")).toBe(4)
  })

  it("[GR24] thousands of documents are kept apart: both sides are equal but for them, live and after another greeting", async () => {
    const { fleet, link } = await linked({ read: ["notes"], write: [] })
    for (let i = 0; i < 6_000; i++) fleet.host(0).write(`notes/${i}`, small)
    fleet.host(1).write("notes/theirs", small)
    expect(await fleet.synced(link)).toBe(true)
    await reconnected(fleet, link, () => fleet.host(1).write("notes/more", small))
    expect([ids(fleet, 0).length, ids(fleet, 1).length]).toEqual([6_002, 2])
    expect([link.status, link.sync.isUnsynced("notes/5999"), link.metrics.divergences]).toEqual([
      "live",
      true,
      0
    ])
  })

  it("[GR24] so are thousands that only a rule does not let be written", async () => {
    const documents = { name: "readers", mayRead: () => true, mayWrite: () => false }
    const { fleet, link } = await linked({ read: ["notes"], documents })
    for (let i = 0; i < 2_000; i++) fleet.host(0).write(`notes/${i}`, small)
    expect(await fleet.synced(link)).toBe(true)
    expect([ids(fleet, 1).length, link.sync.isUnsynced("notes/1999"), link.status]).toEqual([0, true, "live"])
  })

  it("[GR10] with more of them than may be kept apart the link stays unequal, and says why", async () => {
    const fleet = new LinkFleet(1, 2)
    const authorize = () => ({ read: ["notes"], write: [] })
    const link = fleet.connect(0, 1, { limits: { maxKeptDocuments: 20 } }, { authorize })
    const problems: LinkProblem[] = []
    link.onProblem(problem => problem.kind === "too-many-kept" && problems.push(problem))
    for (let i = 0; i < 30; i++) fleet.host(0).write(`notes/${i}`, small)
    await fleet.time.advance(60_000)
    expect(problems).toEqual([{ kind: "too-many-kept", most: 20 }])
    expect([link.sync.status.phase, link.sync.status.rejected.length]).toEqual(["diverged", 20])
    expect(link.sync.status.why).toContain("more than 20 documents")
  })

  it("[GR6] a refusal is remembered: nothing is sent again, and the next greeting finds equal roots", async () => {
    const { fleet, link } = await linked({ read: "all", documents: onlyReads("notes/1") }, ["notes/1"])
    fleet.host(0).write("notes/1", small)
    expect(await fleet.synced(link)).toBe(true)
    const { rejectedThere, unitComparisons } = link.metrics
    await reconnected(fleet, link)
    expect([rejectedThere, link.metrics.rejectedThere]).toEqual([1, 1])
    expect(link.metrics.unitComparisons).toBe(unitComparisons)
  })

  it("[GR6] it is remembered by the next link of that name, too, and shown before there is a connection", async () => {
    const fleet = new LinkFleet(4, 2)
    const left = new Map<string, Uint8Array>()
    const linkMemory: LinkMemory = {
      load: async () => undefined,
      save: async () => {},
      loadKept: async name => left.get(name),
      saveKept: async (name, bytes) => void left.set(name, bytes)
    }
    Object.assign(fleet.host(0), { linkMemory })
    for (const id of ["notes/1", "notes/2"]) fleet.host(1).write(id, small)
    const accept: AcceptOptions = { authorize: () => ({ read: "all", documents: onlyReads("notes/1") }) }
    const link = fleet.connect(0, 1, {}, accept)
    expect(await fleet.synced(link)).toBe(true)
    for (const id of ["notes/1", "notes/2"]) fleet.host(0).write(id, small)
    expect(await fleet.synced(link)).toBe(true)
    link.close()
    fleet.network.partition("0-1")
    const next = fleet.connect(0, 1, { backoff: { baseMs: 10, maxMs: 100 } }, accept)
    await fleet.time.advance(100)
    expect(next.sync.status.rejected).toMatchObject([{ document: "notes/1", reason: "not-granted" }])
    fleet.network.heal()
    expect(await fleet.synced(next)).toBe(true)
    expect(next.metrics).toMatchObject({ rejectedThere: 0, unitComparisons: 0 })
  })

  it.each([[small], [new Uint8Array(200).fill(255)], [new Uint8Array()]])(
    "[GR6] what cannot be read of it is found out again",
    async bytes => {
      const fleet = new LinkFleet(5, 2)
      const linkMemory = {
        load: async () => undefined,
        loadKept: async () => bytes,
        saveKept: async () => {}
      }
      Object.assign(fleet.host(0), { linkMemory })
      fleet.host(0).write("notes/1", small)
      const link = fleet.connect(
        0,
        1,
        {},
        { authorize: () => ({ read: "all", documents: onlyReads("notes/1") }) }
      )
      expect(await fleet.synced(link)).toBe(true)
      expect(link.metrics.rejectedThere).toBe(1)
    }
  )

  it("[GR7] what was kept apart is sent once it is granted", async () => {
    let write: Grant["write"] = []
    const { fleet, link } = await linked(() => ({ read: "all", write: write ?? [] }), ["notes/1"])
    fleet.host(0).write("notes/1", small)
    expect(await fleet.synced(link)).toBe(true)
    await reconnected(fleet, link, () => (write = "all"))
    expect(await fleet.synced(link)).toBe(true)
    expect([commits(fleet, 1, "notes/1"), link.sync.status.rejected]).toEqual([2, []])
  })

  it("[GR7] what a rule refused is sent once another rule allows it", async () => {
    let rule = onlyReads("notes/1")
    const { fleet, link } = await linked(() => ({ read: "all", documents: rule }), ["notes/1", "notes/2"])
    fleet.host(0).write("notes/1", small)
    expect(await fleet.synced(link)).toBe(true)
    expect(commits(fleet, 1, "notes/1")).toBe(1)
    await reconnected(fleet, link, () => (rule = { ...rule, name: "more", mayWrite: () => true }))
    expect(commits(fleet, 1, "notes/1")).toBe(2)
  })

  it("[GR8] a document that a rule hides is not there for the peer", async () => {
    const hidden = { name: "open ones", mayRead: (id: string) => id.includes("open"), mayWrite: () => true }
    const { fleet, link } = await linked({ read: "all", documents: hidden }, [
      "notes/open1",
      "notes/secret",
      "vault/1"
    ])
    expect(ids(fleet, 0)).toEqual(["notes/open1"])
    fleet.host(0).write("notes/secret", small)
    fleet.host(0).write("notes/open2", small)
    expect(await fleet.synced(link)).toBe(true)
    expect([commits(fleet, 1, "notes/secret"), commits(fleet, 1, "notes/open2")]).toEqual([1, 1])
    expect(link.sync.status.rejected.map(({ document }) => document)).toEqual(["notes/secret"])
  })

  it("[GR8] a document hidden from it is found out at the cheapest level, without a divergence", async () => {
    const fleet = new LinkFleet(2, 2)
    for (const id of ["notes/1", "notes/2", "notes/3"]) fleet.host(1).write(id, small)
    fleet.host(0).write("notes/secret", small)
    const documents = {
      name: "no secrets",
      mayRead: (id: string) => id !== "notes/secret",
      mayWrite: () => true
    }
    const link = fleet.connect(0, 1, {}, { authorize: () => ({ read: "all", documents }) })
    expect(await fleet.synced(link)).toBe(true)
    expect(link.metrics).toMatchObject({ divergences: 0, fallThroughs: 0, rejectedThere: 1 })
  })

  it("[GR11] a rule that throws, or answers with a promise, lets nobody do anything", async () => {
    const mayRead = (id: string) => {
      if (id === "notes/2") throw new Error("no such user")
      return id === "notes/3" ? (Promise.resolve(true) as unknown as boolean) : true
    }
    const documents = { name: "broken", mayRead, mayWrite: () => true }
    const { fleet } = await linked({ read: "all", documents }, ["notes/1", "notes/2", "notes/3"])
    expect(ids(fleet, 0)).toEqual(["notes/1"])
  })

  it("[GR9] what was granted later is not missed, whatever cursors were left", async () => {
    let read: readonly string[] = ["a"]
    const { fleet, link } = await linked(() => ({ read }), ["a/1", "b/1"])
    await reconnected(fleet, link, () => (read = ["a", "b"]))
    expect(ids(fleet, 0)).toEqual(["a/1", "b/1"])
  })

  it("[GR9] nor what changed while less was granted", async () => {
    let read: readonly string[] = ["a", "b"]
    const { fleet, link } = await linked(() => ({ read }), ["a/1", "b/1"])
    await reconnected(fleet, link, () => (read = ["a"]))
    fleet.host(1).write("b/1", small)
    fleet.host(1).write("a/1", small)
    expect(await fleet.synced(link)).toBe(true)
    expect(commits(fleet, 0, "b/1")).toBe(1)
    await reconnected(fleet, link, () => (read = ["a", "b"]))
    expect([commits(fleet, 0, "a/1"), commits(fleet, 0, "b/1")]).toEqual([2, 2])
  })

  it.each([
    { read: "all", write: [] },
    { read: "all", documents: onlyReads("notes/1") }
  ] as const)(
    "[GR60] what became the same while the link was away is kept apart no longer, wherever the connection ended (%j)",
    async grant => {
      for (let messages = 1; messages <= 12; messages++) {
        const { fleet, link } = await linked(grant, ["notes/1"])
        let sent = 0
        fleet.onWire = () => {
          if (++sent === messages) fleet.network.partition("0-1")
        }
        const kept = fleet.host(0).write("notes/1", small)
        await fleet.time.advance(200)
        fleet.network.partition("0-1")
        await fleet.time.until(() => link.status === "offline", 120_000)
        await fleet.plant(1, [kept])
        fleet.onWire = () => {}
        fleet.network.heal()
        expect(await fleet.synced(link)).toBe(true)
        await fleet.time.advance(10_000)
        expect([messages, link.sync.status.rejected]).toEqual([messages, []])
      }
    }
  )
})

function onlyReads(document: string): DocumentRule {
  return { name: `not ${document}`, mayRead: () => true, mayWrite: id => id !== document }
}
