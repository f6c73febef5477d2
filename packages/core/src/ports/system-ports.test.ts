import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { systemPorts } from "./system-ports.ts"

// The host's timers are what is tested here.
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const days = 24 * 3_600_000

test("[PJ37] a timer of months goes off when they are over, and one without end never", () => {
  const { timers } = systemPorts()
  const gone: string[] = []
  timers.schedule(60 * days, () => gone.push("months"))
  timers.schedule(Infinity, () => gone.push("never"))
  vi.advanceTimersByTime(60 * days - 1)
  expect(gone).toEqual([])
  vi.advanceTimersByTime(1)
  expect(gone).toEqual(["months"])
  vi.advanceTimersByTime(60 * days)
  expect(gone).toEqual(["months"])
})

test("[PJ37] a long timer is cancelled however long it has run", () => {
  const { timers } = systemPorts()
  const cancel = timers.schedule(60 * days, () => expect.unreachable())
  vi.advanceTimersByTime(59 * days)
  cancel()
  vi.advanceTimersByTime(10 * days)
  expect(vi.getTimerCount()).toBe(0)
})
