import { sqliteSink, sqliteStore } from "@syncline/adapters/sqlite"
import { openReplica } from "@syncline/core"
import type { SeededRandom } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import { expect, test } from "vitest"
import { killInRounds, temporaryPlace } from "./kill-rounds.ts"
import { runUntilKilled } from "./killed-writer.ts"
import { entries } from "./replica-entries.ts"

const kills = Number(process.env["SYNCLINE_KILLS"] ?? 8)

const killsPerStore = 8

test(
  `[GC9] ${kills} replicas killed at random moments lost no commit acknowledged as durable, and their rows verify`,
  async () => {
    const acknowledged = await killInRounds(kills, killsPerStore, killRepeatedly)
    expect(acknowledged).toBeGreaterThan(kills)
  },
  30_000 + kills * 5000
)

/** Kills replicas on one store and looks at what is left after each; gives the commits acknowledged. */
async function killRepeatedly(random: SeededRandom, count: number): Promise<number> {
  const place = temporaryPlace()
  const acknowledged: string[] = []
  for (let kill = 0; kill < count; kill++) {
    const lines = await runUntilKilled({
      ...place,
      seed: random.integer(2 ** 31),
      durability: random.pick(["power", "process"] as const),
      afterLines: 2 + Math.floor(300 * random.next() ** 3),
      writer: "replica-writer.ts"
    })
    acknowledged.push(...lines.filter(line => line.includes("/")))
    await expectAll(place, acknowledged)
  }
  return acknowledged.length
}

async function expectAll(
  place: { readonly path: string; readonly stateDirectory: string },
  acknowledged: readonly string[]
): Promise<void> {
  const replica = await openReplica({
    store: sqliteStore(place.path, place),
    engine: yjs(),
    collections: [entries],
    sinks: [sqliteSink(`${place.path}.rows`)]
  })
  const missing: string[] = []
  for (const line of acknowledged) {
    const [id = "", mark = ""] = line.split(" ")
    const entry = await replica.load(entries, id.slice("entries/".length))
    if (!Object.hasOwn(entry.value.marks, mark)) missing.push(line)
  }
  const [report, problems] = [await replica.verify(), await replica.checkIntegrity()]
  await replica.close()
  expect({ missing, clean: report.clean, problems }).toEqual({ missing: [], clean: true, problems: [] })
}
