import type { Ports } from "../ports/ports.ts"

/** Asked for this long before the grant ends, or half of what is left of it. */
const mostLeadMs = 60_000

/** Timers of most platforms count milliseconds in 32 bits. */
const longestWaitMs = 2 ** 30

interface RenewalListener {
  /** The peer is to show credentials again, within so many milliseconds. */
  onSoon(inMs: number): void
  onExpired(): void
}

/** Watches over the end of a grant. */
export class Renewal {
  readonly #ports: Ports
  readonly #listener: RenewalListener
  #cancel: () => void = () => {}

  constructor(ports: Ports, listener: RenewalListener) {
    this.#ports = ports
    this.#listener = listener
  }

  /** The grant ends then (milliseconds since 1970; absent: never), whatever was said before. */
  until(expiresAt: number | undefined): void {
    this.stop()
    if (expiresAt === undefined) return
    const leftMs = expiresAt - this.#ports.time.nowMs()
    const soon = expiresAt - Math.min(mostLeadMs, leftMs / 2)
    this.#at(soon, () => {
      this.#at(expiresAt, () => this.#listener.onExpired())
      this.#listener.onSoon(Math.max(0, Math.round(expiresAt - this.#ports.time.nowMs())))
    })
  }

  stop(): void {
    this.#cancel()
  }

  #at(timeMs: number, then: () => void): void {
    const leftMs = timeMs - this.#ports.time.nowMs()
    const go = leftMs > longestWaitMs ? () => this.#at(timeMs, then) : then
    this.#cancel = this.#ports.timers.schedule(Math.max(0, Math.min(leftMs, longestWaitMs)), go)
  }
}
