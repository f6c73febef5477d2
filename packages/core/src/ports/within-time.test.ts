import { expect, test } from "vitest"
import { ManualTimers } from "../testing/manual-timers.ts"
import { withinTime } from "./within-time.ts"

/** Waits a second at most for a promise that settles by hand. */
function waiting() {
  const timers = new ManualTimers()
  const attempt = new AbortController()
  const settle: { resolve: (value: string) => void; reject: (error: Error) => void } = {
    resolve: () => {},
    reject: () => {}
  }
  const promise = new Promise<string>((resolve, reject) => Object.assign(settle, { resolve, reject }))
  const given: { signal?: AbortSignal } = {}
  const work = (signal: AbortSignal) => {
    given.signal = signal
    return promise
  }
  const result = withinTime(work, {
    timers,
    timeoutMs: 1_000,
    late: () => {
      throw new Error("late")
    },
    unless: { signal: attempt.signal, error: () => new Error("aborted") }
  })
  return { timers, attempt, settle, given, result }
}

test.each<[string, (one: ReturnType<typeof waiting>) => void, string | undefined]>([
  ["comes", ({ settle }) => settle.resolve("there"), undefined],
  ["fails", ({ settle }) => settle.reject(new Error("failed")), "failed"],
  ["does not come", ({ timers }) => timers.advance(1_000), "late"],
  ["is not wanted any more", ({ attempt }) => attempt.abort(), "aborted"]
])("[LK47] what %s in time leaves no timer behind, and is heard of once", async (_, happen, why) => {
  const one = waiting()
  happen(one)
  const heard = await one.result.catch(({ message }: Error) => message)
  expect([heard, one.timers.pending]).toEqual([why ?? "there", 0])
  expect(one.given.signal?.aborted).toBe(why === "late" || why === "aborted")
  one.settle.resolve("once more")
  one.attempt.abort()
  one.timers.advance(2_000)
  expect(one.timers.pending).toBe(0)
})
