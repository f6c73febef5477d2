import { expect, test } from "vitest"
import { openCore, settle, type } from "../testing/core-fixture.ts"

test("[GC10] the end of the log never runs ahead of what its followers heard", async () => {
  const replica = await openCore()
  const state = await replica.load()
  let heard = replica.host.end.position
  const seen: number[] = []
  replica.host.onDurable(group => {
    heard = group.end.position
  })
  for (let i = 0; i < 5; i++) {
    type(replica, state, "a")
    // Looks in every microtask of the append.
    for (let look = 0; look < 30; look++) {
      seen.push(replica.host.end.position - heard)
      await Promise.resolve()
    }
  }
  await settle(replica)
  expect(heard).toBeGreaterThan(0)
  expect(seen.every(ahead => ahead === 0)).toBe(true)
})
