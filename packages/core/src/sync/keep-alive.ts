import type { TimerPort } from "../ports/ports.ts"

/** What is known of a connection, and who hears of its silence. */
interface KeepAliveOptions {
  readonly intervalMs: number
  readonly timeoutMs: number
  /** How much was said so far. */
  readonly said: () => number
  readonly onQuiet: () => void
  readonly onSilent: () => void
  readonly onMute: () => void
}

/**
 * Notices silence: after `intervalMs` without a frame `onQuiet`, after `timeoutMs` more `onSilent`. Where something was heard and nothing
 * said in an interval, `onMute`: the other side may be sending over a slow line, and its question whether somebody is there waits behind that.
 */
export class KeepAlive {
  readonly #timers: TimerPort
  readonly #options: KeepAliveOptions
  #heard = false
  #saidBefore = 0
  #cancel: () => void = () => {}

  constructor(timers: TimerPort, options: KeepAliveOptions) {
    this.#timers = timers
    this.#options = options
  }

  start(): void {
    this.#heard = false
    this.#saidBefore = this.#options.said()
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
    if (this.#heard) return this.#goOn()
    this.#cancel = this.#timers.schedule(this.#options.timeoutMs, () => {
      if (this.#heard) this.#goOn()
      else this.#options.onSilent()
    })
    this.#options.onQuiet()
  }

  #goOn(): void {
    const isMute = this.#options.said() === this.#saidBefore
    this.start()
    if (isMute) this.#options.onMute()
    // That word is not counted in the next interval.
    this.#saidBefore = this.#options.said()
  }
}
