import fc from "fast-check"
import { expect, test } from "vitest"
import { CallWindow } from "./call-window.ts"

const open = new AbortController().signal

test("[VE17] never more are under way than may be, whatever fails, and all get their turn in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
      fc.infiniteStream(fc.nat()),
      async (most, outcomes, picks) => {
        const window = new CallWindow(most)
        const begun: number[] = []
        const underWay: { readonly index: number; readonly end: (isWell: boolean) => void }[] = []
        const calls = outcomes.map((_, index) =>
          window
            .run(open, async () => {
              begun.push(index)
              const ended = Promise.withResolvers<boolean>()
              underWay.push({ index, end: ended.resolve })
              if (!(await ended.promise)) throw new Error("overloaded")
            })
            .catch(() => {})
        )
        for (let left = outcomes.length; left > 0; left--) {
          await settled()
          expect(window.size).toBeGreaterThanOrEqual(1)
          expect(window.size).toBeLessThanOrEqual(most)
          expect(underWay.length).toBeGreaterThan(0)
          expect(underWay.length).toBeLessThanOrEqual(most)
          const [one] = underWay.splice(Number(picks.next().value) % underWay.length, 1)
          const before = begun.length
          one?.end(outcomes[one.index] ?? true)
          await settled()
          // Halved while more were under way: nobody begins until there are fewer.
          expect(begun.length === before || underWay.length <= window.size).toBe(true)
        }
        await Promise.all(calls)
        expect(begun).toEqual(outcomes.map((_, index) => index))
      }
    )
  )
})

test("[VE17] one overload halves it once, and calls that go well bring it back", async () => {
  const window = new CallWindow(8)
  const fail = () => window.run(open, () => Promise.reject(new Error("overloaded"))).catch(() => {})
  await Promise.all(Array.from({ length: 8 }, fail))
  expect(window.size).toBe(4)
  await fail()
  expect(window.size).toBe(2)
  const sizes = [window.size]
  const goesWell = () => window.run(open, settled).then(() => sizes.push(window.size))
  await Promise.all(Array.from({ length: 60 }, goesWell))
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
  expect(sizes.at(-1)).toBe(8)
})

test("[VE17] what was not used is not said to be good for more", async () => {
  const window = new CallWindow(8)
  await window.run(open, () => Promise.reject(new Error("overloaded"))).catch(() => {})
  for (let i = 0; i < 50; i++) await window.run(open, settled)
  expect(window.size).toBe(4)
})

test("[VE16] whoever gives up leaves the queue and holds nobody up", async () => {
  const window = new CallWindow(1)
  const ended = Promise.withResolvers<void>()
  const first = window.run(open, () => ended.promise)
  const giveUp = new AbortController()
  const second = window.run(giveUp.signal, () => Promise.reject(new Error("must not be called")))
  const third = window.run(open, async () => "answered")
  giveUp.abort(new Error("given up"))
  await expect(second).rejects.toThrow("given up")
  ended.resolve()
  await first
  expect(await third).toBe("answered")
  await expect(window.run(giveUp.signal, settled)).rejects.toThrow("given up")
})

/** Until everything that waits for promises only has gone on. */
async function settled(): Promise<void> {
  for (let i = 0; i < 12; i++) await Promise.resolve()
}
