import type { TimerPort } from "../ports/ports.ts"

/** Verification and repair of one sink, at intervals; one at a time. The interval begins when the one before has ended. Beside them a single verification, where one is due. */
export class ReconcileTimer {
  readonly #timers: TimerPort
  readonly #reconcile: (signal: AbortSignal, mends: boolean) => Promise<void>
  #everyMs: number | undefined
  #isDue = false
  #closed = false
  #cancel = (): void => {}
  #running: { readonly abort: AbortController; readonly done: Promise<void> } | undefined

  /** `reconcile` reports by itself how it went, and is not rejected; absent: there is nothing to do. */
  constructor(timers: TimerPort, reconcile?: (signal: AbortSignal, mends: boolean) => Promise<void>) {
    this.#timers = timers
    this.#reconcile = reconcile ?? (() => Promise.resolve())
  }

  /** From now on at this interval; `undefined`: no more, what is under way ends by itself. */
  set(everyMs: number | undefined): void {
    this.#cancel()
    this.#cancel = () => {}
    // Who still switches the strategy of a projector that was closed starts nothing.
    this.#everyMs = this.#closed ? undefined : everyMs
    this.#startTimer()
  }

  /** Once, as soon as what is under way has ended, whether there are intervals or not; without them nothing is mended. */
  soon(): void {
    this.#isDue = !this.#closed
    this.#startTimer()
  }

  /** No more, and what is under way is cancelled and waited for. */
  async close(): Promise<void> {
    this.#closed = true
    this.#isDue = false
    this.set(undefined)
    this.#running?.abort.abort()
    await this.#running?.done
  }

  #startTimer(): void {
    const delayMs = this.#isDue ? 0 : this.#everyMs
    if (delayMs === undefined || this.#running !== undefined) return
    this.#cancel()
    this.#cancel = this.#timers.schedule(delayMs, () => this.#run())
  }

  #run(): void {
    const abort = new AbortController()
    this.#isDue = false
    const done = this.#reconcile(abort.signal, this.#everyMs !== undefined).finally(() => {
      this.#running = undefined
      this.#startTimer()
    })
    this.#running = { abort, done }
  }
}
