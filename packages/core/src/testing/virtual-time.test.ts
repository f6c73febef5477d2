import fc from "fast-check"
import { expect, test } from "vitest"
import { VirtualTime } from "./virtual-time.ts"

test("[SM1] timers fire in order of time, of one moment in the order they were set; cancelled ones do not", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(20), fc.boolean()), { maxLength: 60 }), async timers => {
      const time = new VirtualTime()
      const fired: number[] = []
      for (const [at, [dueMs, isCancelled]] of timers.entries()) {
        const cancel = time.schedule(dueMs, () => fired.push(at))
        if (isCancelled) cancel()
      }
      await time.advance(10)
      const expected = [...timers.entries()]
        .filter(([, [dueMs, isCancelled]]) => dueMs <= 10 && !isCancelled)
        .sort(([a, [aDue]], [b, [bDue]]) => aDue - bDue || a - b)
      expect(fired).toEqual(expected.map(([at]) => at))
    })
  )
})

test("[SM1] what waits for promises runs to its end between two moments", async () => {
  const time = new VirtualTime()
  const seen: string[] = []
  const chain = async () => {
    for (let i = 0; i < 50; i++) await Promise.resolve()
    seen.push(`long chain at ${time.nowMs()}`)
  }
  time.schedule(1, () => void chain())
  time.schedule(2, () => seen.push(`timer at ${time.nowMs()}`))
  await time.advance(5)
  expect(seen).toEqual(["long chain at 1", "timer at 2"])
})

test("[SM1] during lets just the time pass that a promise takes, and gives up where it takes for ever", async () => {
  const time = new VirtualTime()
  await time.during(new Promise<void>(resolve => time.schedule(1_234, resolve)))
  expect(time.nowMs()).toBe(1_234)
  await expect(time.during(new Promise(() => {}))).rejects.toThrow("in vain")
})

test("[SM1] timers of no delay that set each other for ever are noticed", async () => {
  const time = new VirtualTime()
  const again = (): void => void time.schedule(0, again)
  again()
  await expect(time.advance(1)).rejects.toThrow("time stands still")
})
