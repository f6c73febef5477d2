import type { TimerPort } from "../ports/ports.ts"

/** Verification and repair of one sink, at intervals; one at a time. The interval begins when the one before has ended. */
export class ReconcileTimer {
  readonly #timers: TimerPort
  readonly #reconcile: (signal: AbortSignal) => Promise<void>
  #everyMs: number | undefined
  #closed = false
  #cancel = (): void => {}
  #running: { readonly abort: AbortController; readonly done: Promise<void> } | undefined

  /** `reconcile` reports by itself how it went, and is not rejected. */
  constructor(timers: TimerPort, reconcile: (signal: AbortSignal) => Promise<void>) {
    this.#timers = timers
    this.#reconcile = reconcile
  }

  /** From now on at this interval; `undefined`: no more, what is under way ends by itself. */
  set(everyMs: number | undefined): void {
    this.#cancel()
    this.#cancel = () => {}
    // Who still switches the strategy of a projector that was closed starts nothing.
    this.#everyMs = this.#closed ? undefined : everyMs
    if (this.#everyMs !== undefined && this.#running === undefined) this.#schedule(this.#everyMs)
  }

  /** No more, and what is under way is cancelled and waited for. */
  async close(): Promise<void> {
    this.#closed = true
    this.set(undefined)
    this.#running?.abort.abort()
    await this.#running?.done
  }

  #schedule(everyMs: number): void {
    this.#cancel = this.#timers.schedule(everyMs, () => this.#run())
  }

  #run(): void {
    const abort = new AbortController()
    const done = this.#reconcile(abort.signal).finally(() => {
      this.#running = undefined
      if (this.#everyMs !== undefined) this.#schedule(this.#everyMs)
    })
    this.#running = { abort, done }
  }
}
