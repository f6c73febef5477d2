import { expect, test } from "vitest"
import { ManualTimers } from "../testing/manual-timers.ts"
import { KeepAlive } from "./keep-alive.ts"

/** What is noticed, and when, where frames are heard and said at these seconds. */
function noticed(heardAt: readonly number[], saidAt: readonly number[], seconds: number): string[] {
  const timers = new ManualTimers()
  const seen: string[] = []
  let [now, said] = [0, 0]
  const keepAlive = new KeepAlive(timers, {
    intervalMs: 20_000,
    timeoutMs: 10_000,
    said: () => said,
    onQuiet: () => (seen.push(`quiet ${now}`), said++),
    onSilent: () => seen.push(`silent ${now}`),
    onMute: () => (seen.push(`mute ${now}`), said++)
  })
  keepAlive.start()
  while (now++ < seconds) {
    if (heardAt.includes(now)) keepAlive.heard()
    if (saidAt.includes(now)) said++
    timers.advance(1_000)
  }
  keepAlive.stop()
  return seen
}

test("[SY27] silence is asked about, and then taken for the end", () => {
  expect(noticed([], [], 60)).toEqual(["quiet 20", "silent 30"])
  expect(noticed([25], [], 45)).toEqual(["quiet 20"])
})

test("[SY27] who only listens says a word in each interval, who talks does not", () => {
  expect(noticed([5, 15, 25, 35, 45, 55], [], 60)).toEqual(["mute 20", "mute 40", "mute 60"])
  expect(noticed([5, 25, 45], [7, 27, 47], 60)).toEqual([])
})
