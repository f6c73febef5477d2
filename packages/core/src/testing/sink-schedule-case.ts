import type { DurableDocument } from "../projection/projection-source.ts"
import { assertEqual } from "./contract-assert.ts"
import { SeededRandom } from "./seeded-random.ts"
import type { SinkCase } from "./sink-contract.ts"
import { SinkWorkbench } from "./sink-workbench.ts"

const schedules = 25

/**
 * Random schedules: batches delivered late, twice, in part and out of order, with the session opened anew in between.
 * Whatever the order, what has the highest key remains.
 */
export const sinkScheduleCase: SinkCase = {
  title: "[SC2] after any schedule of deliveries the highest keys are there",
  check: async fixture => {
    const bench = new SinkWorkbench(fixture)
    for (let seed = 1; seed <= schedules; seed++) await runSchedule(bench, seed)
  }
}

async function runSchedule(bench: SinkWorkbench, seed: number): Promise<void> {
  const random = new SeededRandom(seed)
  const documents = Array.from({ length: 20 }, () => commitSomething(bench, random, seed))
  const newest = new Map(documents.map(document => [document.id, document]))
  let session = await bench.open()
  // Everything is delivered at least once; what comes twice, when, and beside what, is chance.
  const deliveries = shuffle([...documents, ...documents.filter(() => random.chance(0.7))], random)
  while (deliveries.length > 0) {
    await bench.apply(session, ...deliveries.splice(0, 1 + random.integer(6)))
    if (random.chance(0.2)) {
      await session.close()
      session = await bench.open()
    }
  }
  const records = await session.read([...newest.keys()])
  const found = records.map(({ id, key, deleted, sealed }) => [id, key?.height, deleted, sealed])
  const expected = [...newest.values()].map(({ id, height, deleted }) => [id, height, deleted, true])
  assertEqual(found, expected, `records after the schedule of seed ${seed}`)
  await session.close()
}

function commitSomething(bench: SinkWorkbench, random: SeededRandom, seed: number): DurableDocument {
  const key = `${seed}-${random.integer(5)}`
  if (random.chance(0.2)) return bench.delete(key)
  const tags = Array.from({ length: random.integer(4) }, (_, index) => `t${index}`)
  return bench.put(key, `n${random.integer(100)}`, tags)
}

function shuffle<T>(items: T[], random: SeededRandom): T[] {
  return items
    .map(item => ({ item, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item)
}
