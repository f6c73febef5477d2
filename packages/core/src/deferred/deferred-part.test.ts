import { expect, test } from "vitest"
import { DeferredPart, preload } from "./deferred-part.ts"

test("[DE1] a part is fetched once, however many ask, and worked with at once where it is there", async () => {
  let fetched = 0
  const part = new DeferredPart("a test", async () => ({ number: ++fetched }))
  expect(part.loaded).toBeUndefined()
  const numbers = await Promise.all([part.load(), part.use(async found => found), part.load()])
  expect(numbers.map(({ number }) => number)).toEqual([1, 1, 1])
  let worked = false
  const working = part.use(async () => (worked = true))
  expect(worked).toBe(true)
  await working
  expect(part.loaded).toEqual({ number: 1 })
})

test("[DE2] a part that cannot be fetched is code-unavailable for all who ask, and is fetched again for the next", async () => {
  const cause = new TypeError("Failed to fetch dynamically imported module")
  const answers = [Promise.reject(cause), Promise.resolve("here")]
  const part = new DeferredPart("a test", () => answers.shift() ?? Promise.resolve("too often"))
  const failed = { code: "code-unavailable", cause, details: { part: "a test" } }
  const asked = [part.load(), part.use(async found => found)]
  await expect(asked[0]).rejects.toMatchObject(failed)
  await expect(asked[1]).rejects.toMatchObject(failed)
  expect(part.loaded).toBeUndefined()
  expect(await part.load()).toBe("here")
})

test("[DE3] preload fetches all parts there are, also those that come with others, and says what it could not", async () => {
  let inner: DeferredPart<string> | undefined
  let isReachable = false
  const failing = new DeferredPart("a test that fails", async () => {
    if (!isReachable) throw new Error("offline")
    return "back"
  })
  const outer = new DeferredPart("a test", async () => {
    inner = new DeferredPart("a test inside", async () => "inside")
    return "outside"
  })
  await expect(preload()).rejects.toMatchObject({
    code: "code-unavailable",
    details: { part: "a test that fails" }
  })
  expect([outer.loaded, inner?.loaded, failing.loaded]).toEqual(["outside", "inside", undefined])
  isReachable = true
  await preload()
  expect(failing.loaded).toBe("back")
})
