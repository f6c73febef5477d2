import type { TimerPort } from "../ports/ports.ts"

/** Notices silence: after `intervalMs` without a frame `onQuiet`, after `timeoutMs` more `onSilent`. */
export class KeepAlive {
  readonly #timers: TimerPort
  readonly #options: {
    readonly intervalMs: number
    readonly timeoutMs: number
    readonly onQuiet: () => void
    readonly onSilent: () => void
  }
  #heard = false
  #cancel: () => void = () => {}

  constructor(
    timers: TimerPort,
    options: {
      readonly intervalMs: number
      readonly timeoutMs: number
      readonly onQuiet: () => void
      readonly onSilent: () => void
    }
  ) {
    this.#timers = timers
    this.#options = options
  }

  start(): void {
    this.#heard = false
    this.#cancel = this.#timers.schedule(this.#options.intervalMs, () => this.#look())
  }

  /** A frame came. */
  heard(): void {
    this.#heard = true
  }

  stop(): void {
    this.#cancel()
  }

  #look(): void {
    if (this.#heard) return this.start()
    this.#cancel = this.#timers.schedule(this.#options.timeoutMs, () => {
      if (this.#heard) this.start()
      else this.#options.onSilent()
    })
    this.#options.onQuiet()
  }
}
