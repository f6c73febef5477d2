import type { Ports } from "../ports/ports.ts"

/** Asked for this long before the grant ends, or half of what is left of it. */
const mostLeadMs = 60_000

/** Not asked for more often than this, however short what is granted holds. */
const leastLeadMs = 1_000

/** The clock may be set, and timers stand still while a machine sleeps. */
const longestWaitMs = 60_000

interface RenewalListener {
  /** The peer is to show credentials again, within so many milliseconds. */
  onSoon(inMs: number): void
  onExpired(): void
}

/** Watches over the end of a grant. */
export class Renewal {
  readonly #ports: Ports
  readonly #listener: RenewalListener
  /** Up to where newer credentials were asked for already. */
  #askedFor = -Infinity
  #cancel: () => void = () => {}

  constructor(ports: Ports, listener: RenewalListener) {
    this.#ports = ports
    this.#listener = listener
  }

  /** The grant ends then (milliseconds since 1970; absent: never), whatever was said before. */
  until(expiresAt: number | undefined): void {
    this.stop()
    if (expiresAt === undefined) return
    const expire = (): void => this.#at(expiresAt, () => this.#listener.onExpired())
    const leftMs = expiresAt - this.#ports.time.nowMs()
    // Who shows what holds no longer than before would be asked again and again.
    if (expiresAt <= this.#askedFor || leftMs < leastLeadMs) return expire()
    const soon = expiresAt - Math.min(mostLeadMs, leftMs / 2)
    this.#at(soon, () => {
      this.#askedFor = expiresAt
      expire()
      this.#listener.onSoon(Math.max(0, Math.round(expiresAt - this.#ports.time.nowMs())))
    })
  }

  stop(): void {
    this.#cancel()
  }

  #at(timeMs: number, then: () => void): void {
    const leftMs = timeMs - this.#ports.time.nowMs()
    const go = leftMs > 0 ? () => this.#at(timeMs, then) : then
    this.#cancel = this.#ports.timers.schedule(leftMs > 0 ? Math.min(leftMs, longestWaitMs) : 0, go)
  }
}
