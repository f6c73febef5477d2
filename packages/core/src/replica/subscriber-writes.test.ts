import { expect, test } from "vitest"
import { memoryStore } from "../store/memory-store.ts"
import { memoryWitness } from "../store/memory-witness.ts"
import { exchange, noteId, openCore, put, settle, type TestCore, type } from "../testing/core-fixture.ts"

/** Two replicas under one name which have both written; each writes once more when it hears of the other. */
async function forkedPair(): Promise<readonly [TestCore, TestCore]> {
  const [store, witness, copied] = [memoryStore(), memoryWitness(), memoryWitness()]
  const first = await openCore({ store, witness })
  type(first, await first.load(), "common ")
  await settle(first)
  const record = witness.load()
  if (record !== undefined) copied.save(record)
  const pair = [first, await openCore({ store: store.clone(), witness: copied })] as const
  for (const [i, replica] of pair.entries()) {
    const state = await replica.load()
    type(replica, state, `own ${i} `)
    const stop = replica.core.subscribe(state, ({ origin }) => {
      if (origin === "remote") stop()
      put(replica, state, `heard by ${i}`, origin)
    })
    await settle(replica)
  }
  return pair
}

test("[RE21] what subscribers write when a fork is resolved is stored after what it builds on, under a new name", async () => {
  const pair = await forkedPair()
  await exchange(...pair, 3)
  const [a, b] = await Promise.all(pair.map(({ host }) => host.version(noteId)))
  expect(a?.digest(noteId)).toEqual(b?.digest(noteId))
  for (const { core, store, load } of pair) {
    const value = (await load()).document.value()
    expect(Object.keys(value)).toHaveLength(3)
    await core.close()
    const again = await openCore({ store })
    expect((await again.load()).document.value()).toEqual(value)
  }
})

test("[RE23] who unsubscribes another hears the change alone; who subscribes twice hears twice", async () => {
  const replica = await openCore()
  const state = await replica.load()
  const heard: string[] = []
  const hear = () => void heard.push("twice")
  replica.core.subscribe(state, () => stop())
  const stop = replica.core.subscribe(state, () => void heard.push("unsubscribed"))
  replica.core.subscribe(state, hear)
  const stopOne = replica.core.subscribe(state, hear)
  type(replica, state, "x")
  stopOne()
  type(replica, state, "y")
  expect(heard).toEqual(["twice", "twice", "twice"])
})
