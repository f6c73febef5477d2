import type { TimePort } from "../ports/ports.ts"
import type { EmbeddingLimits } from "./embedding-limits.ts"

const minuteMs = 60_000
const hourMs = 3_600_000

/** However long a service wants to be left alone. */
const longestRestMs = 86_400_000

interface BegunCall {
  readonly atMs: number
  readonly units: number
}

/** When the next call may begin: by calls in a minute, by units in an hour, and by what the embedder asked for. */
export class CallPace {
  readonly #limits: Pick<EmbeddingLimits, "callsPerMinute" | "unitsPerHour">
  readonly #time: TimePort
  /** Those that still count, oldest first. */
  #begun: BegunCall[] = []
  #notBeforeMs = -Infinity
  #lastMs = -Infinity

  constructor(limits: Pick<EmbeddingLimits, "callsPerMinute" | "unitsPerHour">, time: TimePort) {
    this.#limits = limits
    this.#time = time
  }

  /** How long to wait before asking again; 0: a call with so many units may begin. `urgent` ones wait for no units. */
  delayMs(units: number, urgent: boolean): number {
    const nowMs = this.#nowMs()
    const calls = this.#callsFreeAtMs()
    const free = urgent ? calls : Math.max(calls, this.#unitsFreeAtMs(units, nowMs))
    // Not longer at a time: the clock may be set.
    return Math.min(minuteMs, Math.max(free, this.#notBeforeMs) - nowMs)
  }

  /** A call begins. */
  begin(units: number): void {
    const { callsPerMinute, unitsPerHour } = this.#limits
    if (callsPerMinute === Infinity && unitsPerHour === Infinity) return
    const atMs = this.#nowMs()
    this.#begun.push({ atMs, units })
    const span = unitsPerHour === Infinity ? minuteMs : hourMs
    const first = this.#begun.findIndex(call => call.atMs > atMs - span)
    this.#begun.splice(0, first)
  }

  /** No call begins for so long. */
  rest(forMs: number): void {
    this.#notBeforeMs = this.#nowMs() + Math.min(forMs, longestRestMs)
  }

  #callsFreeAtMs(): number {
    const { callsPerMinute } = this.#limits
    if (callsPerMinute === Infinity) return -Infinity
    const oldest = this.#begun.at(-Math.floor(callsPerMinute))
    return oldest === undefined ? -Infinity : oldest.atMs + minuteMs
  }

  /** One call alone may have more than an hour is good for. */
  #unitsFreeAtMs(units: number, nowMs: number): number {
    const counted = this.#begun.filter(({ atMs }) => atMs > nowMs - hourMs)
    let sum = counted.reduce((total, call) => total + call.units, 0)
    let freeAtMs = -Infinity
    for (const call of counted) {
      if (sum + units <= this.#limits.unitsPerHour) break
      sum -= call.units
      freeAtMs = call.atMs + hourMs
    }
    return freeAtMs
  }

  /** Where the clock was set back, so is all that was measured by it: it must not stop everything. */
  #nowMs(): number {
    const nowMs = this.#time.nowMs()
    const backMs = this.#lastMs - nowMs
    if (backMs > 0) {
      this.#begun = this.#begun.map(({ atMs, units }) => ({ atMs: atMs - backMs, units }))
      this.#notBeforeMs -= backMs
    }
    this.#lastMs = nowMs
    return nowMs
  }
}
