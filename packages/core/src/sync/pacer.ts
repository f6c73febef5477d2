import type { TimerPort } from "../ports/ports.ts"

/** Lets the first of what comes in quick succession pass at once, and what follows it together, once an interval. */
export class Pacer {
  readonly #timers: TimerPort
  readonly #intervalMs: number
  readonly #onDue: () => void
  #cancel: (() => void) | undefined
  #isWaiting = false

  /** @param intervalMs 0: everything passes at once. */
  constructor(timers: TimerPort, intervalMs: number, onDue: () => void) {
    this.#timers = timers
    this.#intervalMs = intervalMs
    this.#onDue = onDue
  }

  /** Something came. */
  touch(): void {
    this.#isWaiting = true
    if (this.#cancel === undefined) this.#pass()
  }

  /** What waits passes now. */
  flush(): void {
    if (this.#isWaiting) this.#pass()
  }

  stop(): void {
    this.#cancel?.()
  }

  #pass(): void {
    this.#isWaiting = false
    this.#cancel?.()
    this.#cancel =
      this.#intervalMs > 0 ? this.#timers.schedule(this.#intervalMs, () => this.#look()) : undefined
    this.#onDue()
  }

  #look(): void {
    this.#cancel = undefined
    this.flush()
  }
}
