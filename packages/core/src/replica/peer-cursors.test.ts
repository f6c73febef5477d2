import { expect, test } from "vitest"
import { memoryStore } from "../store/memory-store.ts"
import { openCore } from "../testing/core-fixture.ts"
import { PeerCursors } from "./peer-cursors.ts"

const bounds = { most: 20, firstLook: 5, everyGreetings: 10 }
const epochOf = (number: number) => number.toString(16).padStart(32, "0")

async function opened() {
  const store = memoryStore()
  const { core } = await openCore({ store })
  const cursors = new PeerCursors(core, bounds)
  const save = (number: number) =>
    cursors.save({ epoch: epochOf(number), position: number, logHash: new Uint8Array(16).fill(number) })
  /** Which of the first so many are there; a look at the store itself. */
  const kept = async () =>
    (await core.session.listValues({ space: "peer-cursor", limit: 10_000 })).map(({ key }) =>
      Number.parseInt(key, 16)
    )
  return { core, cursors, save, kept }
}

test("[RX26] however many names peers choose, a bounded number of cursors is kept: the newest", async () => {
  const { core, cursors, save, kept } = await opened()
  for (let number = 1; number <= 200; number++) {
    // A name that comes back all the time stays.
    await cursors.load(epochOf(number))
    await save(number)
    await save(7)
  }
  await core.writer.idle()
  const numbers = await kept()
  expect(numbers.length).toBeLessThanOrEqual(bounds.most + bounds.everyGreetings)
  expect(numbers).toEqual([
    7,
    ...Array.from({ length: numbers.length - 1 }, (_, i) => 202 - numbers.length + i)
  ])
})

test("[RX26] a cursor that is kept is as it was saved; one that is not is none", async () => {
  const { cursors, save } = await opened()
  for (let number = 1; number <= 100; number++) {
    await cursors.load(epochOf(number))
    await save(number)
  }
  expect(await cursors.load(epochOf(100))).toEqual({
    epoch: epochOf(100),
    position: 100,
    logHash: new Uint8Array(16).fill(100)
  })
  expect(await cursors.load(epochOf(1))).toBeUndefined()
})

test("[RX26] cursors that were saved without a time go first", async () => {
  const { core, cursors, save, kept } = await opened()
  const old = Array.from({ length: 15 }, (_, i) => ({
    space: "peer-cursor",
    key: epochOf(1_000 + i),
    value: Uint8Array.of(9, ...new Uint8Array(16))
  }))
  await core.writer.attach(old, undefined, new Set())
  expect(await cursors.load(epochOf(1_003))).toMatchObject({ position: 9 })
  for (let number = 1; number <= 14; number++) await save(number)
  for (let greeting = 0; greeting < bounds.everyGreetings; greeting++) await cursors.load(epochOf(1))
  await core.writer.idle()
  const numbers = await kept()
  expect(numbers).toHaveLength(15)
  expect(numbers.slice(0, 14)).toEqual(Array.from({ length: 14 }, (_, i) => i + 1))
})
