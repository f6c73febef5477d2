import type { Logger, Ports } from "./ports.ts"

interface Host {
  readonly crypto: { getRandomValues(bytes: Uint8Array): Uint8Array }
  setTimeout(task: () => void, delayMs: number): unknown
  clearTimeout(timer: unknown): void
  queueMicrotask(task: () => void): void
}

/** What hosts take for a timer: longer ones would go off at once. */
const maxTimerMs = 2 ** 31 - 1

/** Logs nowhere. */
export const silentLogger: Logger = { warn: () => {}, debug: () => {} }

/** The real clock, randomness and timers, as browsers and Node have them. */
export function systemPorts(overrides: Partial<Ports> = {}): Ports {
  const host = globalThis as unknown as Host
  return {
    time: { nowMs: () => Date.now() },
    random: { bytes: length => host.crypto.getRandomValues(new Uint8Array(length)) },
    timers: {
      schedule: (delayMs, task) => {
        let timer: unknown
        const wait = (leftMs: number): void => {
          const next = leftMs > maxTimerMs ? () => wait(leftMs - maxTimerMs) : task
          timer = host.setTimeout(next, Math.min(leftMs, maxTimerMs))
        }
        wait(delayMs)
        return () => host.clearTimeout(timer)
      },
      microtask: task => host.queueMicrotask(task)
    },
    logger: silentLogger,
    ...overrides
  }
}
