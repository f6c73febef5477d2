import fc from "fast-check"
import { expect, test } from "vitest"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import type { Commit } from "../commit/commit.ts"
import { noteId, openCore, pull, settle, type TestCore } from "../testing/core-fixture.ts"
import { runsOf } from "../testing/core-runs.ts"
import { type ForkedWriter, forkedWriters } from "../testing/core-forked-writers.ts"
import { quarantineSpace } from "./quarantine.ts"

/** What is cut from some writer's log. */
const piece = fc.record({ of: fc.nat(), from: fc.nat(), length: fc.integer({ min: 1, max: 12 }) })
/** Batches of pieces of several moments. */
const batches = fc.array(fc.array(piece, { minLength: 1, maxLength: 4 }), { maxLength: 4 })

function cut(
  writers: readonly ForkedWriter[],
  { of, from, length }: { of: number; from: number; length: number }
) {
  const { log } = writers[of % writers.length] as ForkedWriter
  const start = from % (log.length + 1)
  return log.slice(start, start + length)
}

async function receive(replica: TestCore, ...pieces: readonly (readonly Commit[])[]): Promise<void> {
  const commits = pieces.flatMap(one => decodeCommits(encodeCommits(one)))
  await replica.host.receive({ commits, origin: {} })
}

/** By its stamp, which no two have alike. */
function nameOf({ dot, stamp }: Pick<Commit, "dot" | "stamp">): string {
  return `${dot.actor}:${dot.seq} ${stamp}`
}

/** What a document consists of, and what is kept beside it. */
async function holdings(
  replica: TestCore
): Promise<{ readonly inside: readonly string[]; readonly aside: ReadonlySet<string> }> {
  await settle(replica)
  const { commits } = await replica.host.delta(noteId, { after: 0 })
  const kept = await replica.core.session.listValues({ space: quarantineSpace, limit: 999 })
  const aside = kept.flatMap(({ value }) => decodeCommits(value))
  return {
    inside: commits.map(nameOf).sort(),
    aside: new Set(aside.map(nameOf))
  }
}

/** Lets a replica hear all writers, again and again, until that changes nothing. */
async function hearAll(replica: TestCore, writers: readonly ForkedWriter[]): Promise<readonly string[]> {
  for (let round = 0; round < 12; round++) {
    const before = await holdings(replica)
    for (const { log } of writers) await receive(replica, log)
    const { inside } = await holdings(replica)
    if (inside.join() === before.inside.join()) return inside
  }
  throw new Error("what a replica holds never comes to rest")
}

test("[FK1] what a replica ends with is a matter of what it heard, not of the order, nor of the pieces it came in", async () => {
  let lost = 0
  await fc.assert(
    fc.asyncProperty(forkedWriters(), batches, batches, async (writers, first, second) => {
      const replicas = [await openCore(), await openCore()] as const
      const ends: (readonly string[])[] = []
      for (const [i, batch] of [first, second].entries()) {
        const replica = replicas[i] as TestCore
        // From several links at once, and one after the other.
        const received = batch.map(pieces => () => receive(replica, ...pieces.map(one => cut(writers, one))))
        if (i === 0) await Promise.all(received.map(async start => start()))
        else for (const start of received) await start()
        const inside = await hearAll(replica, i === 0 ? writers : [...writers].reverse())
        const { aside } = await holdings(replica)
        for (const name of writers.flatMap(({ log }) => log.map(nameOf)))
          expect(inside.includes(name) || aside.has(name)).toBe(true)
        ends.push(inside)
        lost += aside.size
      }
      expect(ends[1]).toEqual(ends[0])
      for (const replica of replicas) {
        const before = await replica.host.version(noteId)
        await replica.core.close()
        const again = await openCore({ store: replica.store })
        expect((await again.load()).meta.version.compare(before)).toBe("equal")
        await again.core.close()
      }
    }),
    runsOf(100)
  )
  expect(lost).toBeGreaterThan(0)
})

test("[FK1] replicas that heard of different pieces agree once they have told each other what they have", async () => {
  const heard = fc.array(batches, { minLength: 2, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(forkedWriters(), heard, async (writers, each) => {
      const replicas: TestCore[] = []
      for (const batch of each) {
        const replica = await openCore()
        for (const pieces of batch) await receive(replica, ...pieces.map(one => cut(writers, one)))
        replicas.push(replica)
      }
      for (let round = 0; round < 8; round++)
        for (const to of replicas) for (const from of replicas) if (to !== from) await pull(to, from)
      const ends = await Promise.all(replicas.map(async replica => (await holdings(replica)).inside))
      for (const end of ends) expect(end).toEqual(ends[0])
      for (const replica of replicas) await replica.core.close()
    }),
    runsOf(100)
  )
})
