import { expect, test } from "vitest"
import { openCore } from "../testing/core-fixture.ts"

test("[GR6] what a link keeps apart is kept in the store, by the link's name, and apart from what else is remembered", async () => {
  const { host } = await openCore()
  const memory = host.linkMemory
  const acked = { epoch: "ab".repeat(16), position: 3, logHash: new Uint8Array(16).fill(1) }
  await memory?.saveKept("one", Uint8Array.of(1, 2))
  await memory?.save("one", acked)
  expect(await memory?.loadKept("one")).toEqual(Uint8Array.of(1, 2))
  expect(await memory?.loadKept("another")).toBe(undefined)
  expect(await memory?.load("one")).toEqual(acked)
})
