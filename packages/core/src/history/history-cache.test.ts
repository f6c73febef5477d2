import { expect, test } from "vitest"
import type { DocumentState } from "../replica/document-state.ts"
import { openCore, type } from "../testing/core-fixture.ts"

test("[HI15] four histories are kept, those used last", async () => {
  const replica = await openCore()
  const { histories } = replica.core
  const [first, ...others] = await Promise.all(
    ["1", "2", "3", "4", "5"].map(key => replica.load(`notes/${key}`))
  )
  if (first === undefined) throw new RangeError("nothing was loaded")
  const use = (state: DocumentState) => histories.use(state, async history => history)
  const history = await use(first)
  for (const other of others.slice(0, 3)) await use(other)
  expect(await use(first)).toBe(history)
  for (const other of others) await use(other)
  expect(await use(first)).not.toBe(history)
})

test("[HI15] what was let go of is read again, also by who still holds it", async () => {
  const replica = await openCore()
  const state = await replica.load()
  type(replica, state, "a")
  const history = await replica.core.histories.use(state, async of => of)
  const { version } = state.meta
  const before = await history.at(version)
  await history.release()
  expect(await history.at(version)).toEqual(before)
  expect(await history.at(version)).not.toBe(before)
})
