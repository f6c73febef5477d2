import { expect, it } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import type { LinkMemory } from "../sync/sync-host.ts"
import { acceptLink } from "./accept-link.ts"
import { connectLink } from "./connect-link.ts"
import type { Link } from "./link.ts"
import type { Connection } from "./transport.ts"

const small = new Uint8Array(10)

/** Two replicas, the first of which remembers its links and has met the second. */
async function acquainted(): Promise<{ readonly fleet: LinkFleet; readonly saves: number[] }> {
  const fleet = new LinkFleet(1, 3)
  const saved = new Map<string, Awaited<ReturnType<LinkMemory["load"]>>>()
  const saves: number[] = []
  const linkMemory: LinkMemory = {
    load: async name => saved.get(name),
    save: async (name, acked) => {
      saves.push(acked.position)
      saved.set(name, acked)
    },
    loadKept: async () => undefined,
    saveKept: async () => {}
  }
  Object.assign(fleet.host(0), { linkMemory })
  for (const key of ["1", "2", "3"]) fleet.host(0).write(`notes/${key}`, small)
  const link = fleet.connect(0, 1)
  expect(await fleet.synced(link)).toBe(true)
  link.close()
  await fleet.time.advance(100)
  return { fleet, saves }
}

/** A link made while there is no network, as it stands after a moment. */
async function offline(fleet: LinkFleet): Promise<Link> {
  fleet.network.partition("0-1")
  const link = fleet.connect(0, 1)
  await fleet.time.advance(100)
  return link
}

it("[LK62] what a link knew is known to the next one of its name", async () => {
  const { fleet } = await acquainted()
  fleet.host(0).write("notes/4", small)
  const { unsynced } = (await offline(fleet)).sync.status
  expect(unsynced).toEqual({ commits: 1, documents: 1, complete: true })
})

it("[LK62] nothing is known where our log is another one now, be it shorter or not", async () => {
  for (const writes of [0, 5]) {
    const { fleet } = await acquainted()
    fleet.host(0).loseAfter(1)
    for (let i = 0; i < writes; i++) fleet.host(0).write(`notes/other${i}`, small)
    expect((await offline(fleet)).sync.status.unsynced.complete).toBe(false)
  }
})

it("[LK62] a connection that breaks at once takes nothing of it back", async () => {
  const { fleet } = await acquainted()
  const second = await offline(fleet)
  fleet.network.heal()
  second.retryNow()
  await fleet.time.advance(1)
  second.close()
  await fleet.time.advance(100)
  expect((await offline(fleet)).sync.status.unsynced).toEqual({ commits: 0, documents: 0, complete: true })
})

it("[LK62] it is written some seconds after a rest, and when the link ends, not with every commit", async () => {
  const { fleet, saves } = await acquainted()
  expect(saves).toEqual([3])
  const link = fleet.connect(0, 1)
  await fleet.time.advance(1_000)
  for (let i = 0; i < 1_000; i++) {
    fleet.host(0).write("notes/1", small)
    await fleet.time.advance(10)
  }
  // The last one waits for others that might come.
  await fleet.time.advance(20)
  const running = saves.length - 1
  link.close()
  await fleet.time.advance(100)
  expect([running > 0, running <= 3, saves.at(-1)]).toEqual([true, true, fleet.host(0).end.position])
})

it("[LK53] another store under the name: nothing is known until both sides are equal", async () => {
  const { fleet } = await acquainted()
  fleet.host(2).refuses.add("notes/1" as DocumentId)
  const accept = (connection: Connection) => void acceptLink(fleet.host(2), connection)
  const link = connectLink(fleet.host(0), fleet.network.transport("0-1", accept))
  await fleet.time.until(() => link.status === "catching-up", 10_000)
  expect(link.sync.status.unsynced.complete).toBe(false)
  fleet.host(2).refuses.clear()
  expect(await fleet.synced(link)).toBe(true)
  expect(link.sync.status.unsynced).toEqual({ commits: 0, documents: 0, complete: true })
})
