import type { SinkSession } from "../projection/sink.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import { documentKey } from "../tracking/document-key.ts"
import type { SinkTracking, TrackingRound, TreeSum } from "../tracking/sink-tracking.ts"
import { bucketOf, bucketPath, rootPath } from "../tracking/tree-path.ts"
import { sumOfAll } from "../tracking/tree-sums.ts"
import { assertEqual, assertThat } from "./contract-assert.ts"
import { SeededRandom } from "./seeded-random.ts"
import type { SinkCase } from "./sink-contract.ts"
import { noteId, SinkWorkbench } from "./sink-workbench.ts"

const steps = 40
const documents = 12

/** For sinks that keep account of changes; those that do not pass. */
export const sinkTrackingCases: readonly SinkCase[] = [
  {
    title:
      "[SC18] the tree is of what was written last under each id, whatever comes late, twice, or is removed",
    check: async fixture => {
      for (let seed = 1; seed <= 3; seed++) await writeAtRandom(new SinkWorkbench(fixture), seed)
    }
  },
  {
    title:
      "[SC19] what others change is marked, what the sink writes is not, and a repair takes away the marks it settles",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      const { tracking } = session
      if (tracking !== undefined) {
        await bench.apply(session, ...[1, 2, 3].map(key => bench.put(key)))
        await bench.apply(session, bench.put(1), bench.delete(2))
        assertEqual(await markedIn(tracking, await tracking.begin()), [], "after writes of its own")
        for (const key of [1, 3]) await fixture.damage.setTitle(noteId(key), "forged")
        await fixture.damage.addRow(noteId(4))
        const round = await tracking.begin()
        assertEqual(round.unsure, undefined, "a change that is marked makes nothing unsure")
        assertEqual(await markedIn(tracking, round), [1, 3, 4].map(noteId), "after what others wrote")
        assertEqual(await tracking.marked(round, noteId(1), 1), [noteId(3)], "a page of marks")
        await repair(bench, session)
        assertEqual(await markedIn(tracking, round), [noteId(1)], "after a repair of the others")
      }
      await session.close()
    }
  },
  {
    title: "[SC19] marks from before a round are taken away by it, those made since are not",
    check: async fixture => {
      const bench = new SinkWorkbench(fixture)
      const session = await bench.open()
      const { tracking } = session
      if (tracking !== undefined) {
        await bench.apply(session, ...[1, 2, 3].map(key => bench.put(key)))
        for (const key of [1, 2]) await fixture.damage.setTitle(noteId(key), "forged")
        const round = await tracking.begin()
        for (const key of [2, 3]) await fixture.damage.setTitle(noteId(key), "again")
        assertEqual(await markedIn(tracking, round), [1, 2].map(noteId), "those from before")
        await tracking.forget(round, [1, 2, 3].map(noteId))
        assertEqual(await markedIn(tracking, round), [], "none is left of those")
        const next = await tracking.begin()
        assertEqual(await markedIn(tracking, next), [2, 3].map(noteId), "those made since")
        await fixture.damage.setTitle(noteId(3), "once more")
        await tracking.accept(next)
        assertEqual(await markedIn(tracking, await tracking.begin()), [noteId(3)], "after all was read")
        assertThat(next.round > round.round, "rounds grow")
      }
      await session.close()
    }
  }
]

/** Mends one as a write and one as a removal. */
async function repair(bench: SinkWorkbench, session: SinkSession): Promise<void> {
  const found = await session.read([3, 4].map(noteId))
  const tokenOf = (key: number): string | undefined => found.find(({ id }) => id === noteId(key))?.token
  const document = await bench.source.capture(noteId(3))
  const write = document && (await bench.write(session, document))
  const outcomes = await session.repair([
    { id: noteId(3), token: tokenOf(3), write },
    { id: noteId(4), token: tokenOf(4), write: undefined },
    { id: noteId(1), token: "another", write: undefined }
  ])
  assertEqual(outcomes, ["swapped", "swapped", "changed-meanwhile"], "repairs")
}

async function markedIn(tracking: SinkTracking, round: TrackingRound): Promise<readonly string[]> {
  return tracking.marked(round, undefined, 100)
}

async function writeAtRandom(bench: SinkWorkbench, seed: number): Promise<void> {
  const random = new SeededRandom(seed)
  const former: DurableDocument[] = []
  let session = await bench.open()
  if (session.tracking === undefined) return session.close()
  for (let step = 0; step < steps; step++) {
    const key = random.integer(documents)
    const late = former.length > 0 && random.chance(0.3) ? random.pick(former) : undefined
    const document = late ?? (random.chance(0.2) ? bench.delete(key) : bench.put(key, `n${step}`))
    former.push(document)
    await bench.apply(session, document, ...(random.chance(0.2) ? [document] : []))
    if (random.chance(0.1)) await remove(session, noteId(key))
    if (random.chance(0.1)) {
      await session.close()
      session = await bench.open()
    }
  }
  await expectTree(session, `seed ${seed}`)
  await session.close()
}

async function remove(session: SinkSession, id: string): Promise<void> {
  const [record] = await session.read([id])
  await session.repair([{ id, token: record?.token, write: undefined }])
}

/** The tree says what the records do, on each level. */
async function expectTree(session: SinkSession, what: string): Promise<void> {
  const { tracking } = session
  if (tracking === undefined) return
  const entries = await session.scan({ limit: 1000, contents: false })
  const sums = new Map<string, TreeSum[]>()
  for (const { id, digest } of entries) {
    const key = documentKey(id)
    const leaf = tracking.leafOf(key, digest ?? new Uint8Array(0))
    const bucket = bucketPath(bucketOf(key))
    const listed = await tracking.leaves(bucket)
    assertThat(
      listed.some(each => each.id === id && each.leaf === leaf),
      `${what}: ${id} is in its bucket`
    )
    for (const path of [bucket, bucket.slice(0, 1), rootPath])
      sums.set(path, [...(sums.get(path) ?? []), { count: 1, sum: leaf }])
  }
  const paths = [...sums.keys(), "__"]
  const expected = paths.map(path => sumOfAll(sums.get(path) ?? []))
  assertEqual(await tracking.sums(paths), expected, `${what}: sums`)
}
