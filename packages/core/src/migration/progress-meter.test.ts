import { expect, test } from "vitest"
import { ProgressMeter } from "./progress-meter.ts"

test("[MI3] before anything came there is no rate", () => {
  expect(new ProgressMeter(10, 4, 0).progress).toEqual({ done: 4, total: 10 })
})

test("[MI3] rate and time left are those of the last ten seconds", () => {
  const meter = new ProgressMeter(10_000, 0, 0)
  for (let second = 1; second <= 20; second++) meter.add(100, second * 1000)
  expect(meter.progress).toEqual({ done: 2000, total: 10_000, perSecond: 100, secondsLeft: 80 })
  for (let second = 21; second <= 40; second++) meter.add(50, second * 1000)
  expect(meter.progress).toEqual({ done: 3000, total: 10_000, perSecond: 50, secondsLeft: 140 })
})

test("[MI3] a batch that takes longer than ten seconds has a rate, too", () => {
  const meter = new ProgressMeter(100, 0, 0)
  meter.add(10, 40_000)
  meter.add(10, 80_000)
  expect(meter.progress).toMatchObject({ perSecond: 0.25, secondsLeft: 320 })
})

test("[MI3] never more than all are done, and a clock that is set back makes no rate", () => {
  const meter = new ProgressMeter(10, 0, 5000)
  meter.add(8, 6000)
  meter.add(8, 1000)
  expect(meter.progress).toMatchObject({ done: 10, total: 10 })
  expect(meter.progress.perSecond ?? 0).toBeGreaterThanOrEqual(0)
})
