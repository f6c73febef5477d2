import { ManualTimers } from "@syncline/core/testing"
import { expect, test } from "vitest"
import { PeerWatch } from "./peer-watch.ts"

/** A watch over a tab that answers after so long, and when in seconds it was asked. */
function watching(answerMs: number) {
  const timers = new ManualTimers()
  const asked: number[] = []
  const gone: number[] = []
  let seconds = 0
  const watch = new PeerWatch({
    timers,
    answerTimeoutMs: 5_000,
    ask: () => {
      asked.push(seconds)
      timers.schedule(answerMs, () => watch.heard())
    },
    onSilence: () => gone.push(seconds)
  })
  const pass = (untilSeconds: number): void => {
    while (seconds < untilSeconds) {
      seconds++
      timers.advance(1_000)
    }
  }
  return { timers, watch, asked, gone, pass }
}

test("[BC12] who answers is asked ever more rarely, up to a minute apart, and often again after the next connection", () => {
  const { watch, asked, gone, pass } = watching(0)
  watch.start()
  pass(200)
  expect(asked).toEqual([5, 15, 35, 75, 135, 195])
  watch.stop()
  pass(1_000)
  watch.start()
  pass(1_015)
  expect([asked.slice(6), gone]).toEqual([[1_005, 1_015], []])
})

test("[BC12] an answer just in time counts, a later one does not", () => {
  for (const [answerMs, ends] of [
    [4_999, []],
    [5_001, [10]]
  ] as const) {
    const { watch, gone, pass } = watching(answerMs)
    watch.start()
    pass(12)
    expect(gone).toEqual(ends)
    watch.stop()
  }
})

test("[BC12] nothing is asked or found missing once there is a connection", () => {
  const { timers, watch, asked, gone, pass } = watching(20_000)
  watch.start()
  pass(6)
  watch.stop()
  watch.heard()
  pass(100)
  expect([asked, gone, timers.pending]).toEqual([[5], [], 0])
})
