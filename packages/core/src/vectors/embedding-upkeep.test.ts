import fc from "fast-check"
import { expect, test } from "vitest"
import { silentLogger, systemPorts } from "../ports/system-ports.ts"
import type { SinkContext } from "../projection/sink.ts"
import { runsOf } from "../testing/core-runs.ts"
import { contractContext, noteId } from "../testing/sink-workbench.ts"
import { SyntheticSource } from "../testing/synthetic-source.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import { EmbeddingCache } from "./embedding-cache.ts"
import { type EmbeddingOwner, vectorSpace } from "./embedding-places.ts"
import { EmbeddingUpkeep } from "./embedding-upkeep.ts"

const dayMs = 86_400_000
const old: EmbeddingOwner = { id: "model", version: "1", collection: "notes", table: "chunks" }
const vector = new Float32Array([1, 2])

function setUp() {
  const time = new VirtualTime()
  const ports = { ...systemPorts(), time, timers: time, logger: silentLogger }
  const { values } = contractContext(new SyntheticSource(ports))
  const opened: EmbeddingUpkeep[] = []
  /** The owners are there for so many days, one opening a day. */
  const use = async (owners: readonly EmbeddingOwner[], days: number, keepDays = 3): Promise<void> => {
    for (let day = 0; day < days; day++) {
      for (const owner of owners) {
        const upkeep = new EmbeddingUpkeep(owner, keepDays, { values, ports })
        opened.push(upkeep)
        upkeep.start()
      }
      await time.advance(dayMs - 60_000)
      for (const upkeep of opened.splice(0)) upkeep.close()
      await time.advance(60_000)
    }
  }
  return { time, ports, values, use }
}

async function fill(values: SinkContext["values"], owner: EmbeddingOwner, documents: number): Promise<void> {
  const cache = new EmbeddingCache(values, owner, 2)
  for (let key = 0; key < documents; key++) {
    const texts = Array.from({ length: 12 }, (_, i) => `text ${i} of ${key}`)
    await cache.keep(noteId(key), texts, new Map(texts.map(text => [text, vector])))
  }
}

async function kept(values: SinkContext["values"], owner: EmbeddingOwner): Promise<number> {
  return (await values.list(vectorSpace(owner), undefined, 1e6)).length
}

async function keysLeft(values: SinkContext["values"]): Promise<readonly string[]> {
  return (await values.list("embedding-use", undefined, 10)).map(({ key }) => key)
}

test.each([
  { what: "embedder's version", next: { ...old, version: "2" } },
  { what: "table", next: { ...old, table: "pieces" } },
  { what: "collection", next: { ...old, collection: "letters" } }
])("[VE37] vectors of a former $what go after some days of use, and not before", async ({ next }) => {
  const { values, use } = setUp()
  await use([old], 1)
  await fill(values, old, 150)
  await use([next], 3)
  expect(await kept(values, old)).toBe(1_800)
  await use([next], 1)
  expect(await kept(values, old)).toBe(0)
  expect(await keysLeft(values)).toEqual([`model/${next.version}/${next.collection}/${next.table}`])
})

test("[VE37] what documents have in another table of that version stays, and nothing goes that is in use", async () => {
  const { values, use } = setUp()
  const other = { ...old, table: "pieces" }
  await use([old, other], 1)
  await fill(values, old, 20)
  const cache = new EmbeddingCache(values, other, 2)
  await cache.keep(noteId(3), ["text 5 of 3", "text 6 of 3"], new Map())
  await use([old, other], 9)
  expect(await kept(values, old)).toBe(240)
  await use([other], 9)
  expect(await cache.find(["text 5 of 3", "text 6 of 3"])).toHaveProperty("size", 2)
  expect(await kept(values, old)).toBe(2)
})

test("[VE37] days without use do not count, nor how far a clock jumps", async () => {
  const { values, time, use } = setUp()
  await use([old], 1)
  await fill(values, old, 2)
  const next = { ...old, version: "2" }
  await time.advance(400 * dayMs)
  await use([next], 1)
  await time.advance(4_000 * dayMs)
  await use([next], 2)
  expect(await kept(values, old)).toBe(24)
  await use([old], 1)
  await use([next], 3)
  expect(await kept(values, old)).toBe(24)
})

test("[VE37] what somebody made of the notes is as good as none: nothing goes before its time", async () => {
  const { values, use } = setUp()
  await use([old], 1)
  await fill(values, old, 2)
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  for (const text of ["", "null", "7", '{"count":"many"}']) {
    await values.write([
      { space: "embedding-days", key: "days", value: bytes(text) },
      { space: "embedding-use", key: "model/1", value: bytes(text) }
    ])
    await use([old], 2)
  }
  expect(await kept(values, old)).toBe(24)
})

test("[VE38] however often it is ended, and whatever is not written, in the end nothing is left; no write is large", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 12 }), async failures => {
      const { time, ports, values, use } = setUp()
      await use([old], 1)
      await fill(values, old, 130)
      const [fates, sizes]: [boolean[], number[]] = [[...failures], []]
      const faulty: SinkContext["values"] = {
        ...values,
        write: async writes => {
          sizes.push(writes.length)
          if (fates.shift() === true) throw new Error("killed")
          await values.write(writes)
        }
      }
      const next = { ...old, version: "2" }
      for (let opening = 0; opening < 24; opening++) {
        const upkeep = new EmbeddingUpkeep(next, 3, { values: faulty, ports })
        upkeep.start()
        await time.advance(5_050)
        upkeep.close()
        await time.advance(dayMs)
      }
      expect(await kept(values, old)).toBe(0)
      expect(await keysLeft(values)).toEqual(["model/2/notes/chunks"])
      expect(Math.max(...sizes)).toBeLessThanOrEqual(1_020)
    }),
    runsOf(10)
  )
})

test("[VE31] however two sinks with one table take turns, just the vectors of what documents had last are kept", async () => {
  const texts = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(texts, { minLength: 1, maxLength: 5 }),
      async (scheduler, versions) => {
        const { values } = setUp()
        const slow: SinkContext["values"] = {
          ...values,
          read: scheduler.scheduleFunction((space, key) => values.read(space, key)),
          write: scheduler.scheduleFunction(writes => values.write(writes))
        }
        const follow = async (): Promise<void> => {
          const cache = new EmbeddingCache(slow, old, 2)
          for (const version of versions) {
            const known = await cache.find(version)
            const made = version.filter(text => !known.has(text)).map(text => [text, vector] as const)
            await cache.keep(noteId(1), version, new Map(made))
          }
        }
        await scheduler.waitFor(Promise.all([follow(), follow()]))
        expect(await kept(values, old)).toBeLessThanOrEqual(versions.at(-1)?.length ?? 0)
      }
    )
  )
})
