import { sqliteStore } from "@syncline/adapters/sqlite"
import { memoryStore, type StoreSession } from "@syncline/core"
import type { SeededRandom } from "@syncline/core/testing"
import { expect, test } from "vitest"
import { killInRounds, temporaryPlace } from "./kill-rounds.ts"
import { runKilledWriter } from "./killed-writer.ts"
import { KillWorkload, progress } from "./kill-workload.ts"

const kills = Number(process.env["SYNCLINE_KILLS"] ?? 10)

const killsPerStore = 10

/** Most kills fall among the first batches of a process; some let it write long enough for checkpoints. */
const longestRun = 400

test(
  `[SQ13] ${kills} writers killed at random moments lost nothing acknowledged, and the store opens each time`,
  async () => {
    const acknowledged = await killInRounds(kills, killsPerStore, killRepeatedly)
    expect(acknowledged).toBeGreaterThan(kills)
  },
  30_000 + kills * 5000
)

test("[SQ1] another process is refused while one writes, and let in once that one is killed", async () => {
  const place = temporaryPlace()
  const store = sqliteStore(place.path, place)
  const whileOpen = () => expect(store.open()).rejects.toMatchObject({ code: "store-locked" })
  await runKilledWriter({ ...place, seed: 1, durability: "process", afterLines: 5, whileOpen })
  const session = await store.open()
  expect(session.end.position).toBeGreaterThan(0)
  await session.close()
})

/** Kills writers of one store and compares it with what must be in it after each; gives the batches acknowledged. */
async function killRepeatedly(random: SeededRandom, count: number): Promise<number> {
  const place = temporaryPlace()
  const seed = random.integer(2 ** 31)
  const workload = new KillWorkload(seed)
  const expected = await memoryStore().open()
  let acknowledged = 0
  for (let kill = 0; kill < count; kill++) {
    const afterLines = 1 + Math.floor(longestRun * random.next() ** 3)
    const durability = random.pick(["power", "process"] as const)
    acknowledged = Math.max(acknowledged, await runKilledWriter({ ...place, seed, durability, afterLines }))
    const session = await sqliteStore(place.path, { ...place, durability: "process" }).open()
    const done = Number(new TextDecoder().decode(await session.readValue(progress.space, progress.key)) || 0)
    // One batch more than acknowledged may be there: written, and killed before it could say so.
    expect(done - acknowledged).toBeOneOf([0, 1])
    acknowledged = done
    while (workload.number < done) await expected.append(workload.next())
    await expectSame(session, expected)
    await session.close()
  }
  return acknowledged
}

async function expectSame(actual: StoreSession, expected: StoreSession): Promise<void> {
  expect(await actual.checkIntegrity()).toEqual([])
  expect(actual.end).toEqual(expected.end)
  const heads = await expected.scanHeads({ limit: 1000 })
  expect(await actual.scanHeads({ limit: 1000 })).toEqual(heads)
  for (const { id } of heads) expect(await actual.loadDocument(id)).toEqual(await expected.loadDocument(id))
  const everything = { after: 0, limit: Number.MAX_SAFE_INTEGER }
  expect(await actual.changedSince(everything)).toEqual(await expected.changedSince(everything))
  expect(await actual.readLog(everything)).toEqual(await expected.readLog(everything))
}
