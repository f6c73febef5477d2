import type { Ports } from "../ports/ports.ts"
import { backoffDelayMs, fraction } from "./backoff-delay.ts"
import type { ProjectorSettings } from "./projector-options.ts"

/** The one timer of a projector: a new one replaces the old. */
export class ProjectorTimer {
  readonly #ports: Ports
  readonly #limits: Pick<ProjectorSettings, "backoff" | "breaker">
  readonly #onTimer: () => void
  #pauseMs: number | undefined
  #cancel = (): void => {}

  constructor(ports: Ports, limits: Pick<ProjectorSettings, "backoff" | "breaker">, onTimer: () => void) {
    this.#ports = ports
    this.#limits = limits
    this.#onTimer = onTimer
  }

  start(delayMs: number): void {
    const { timers } = this.#ports
    let live = true
    const fire = (): void => {
      if (live) this.#onTimer()
    }
    // Nothing to gather: the end of this tick is soon enough, and a timer's millisecond would be waited for.
    const cancel = delayMs === 0 ? timers.microtask(fire) : timers.schedule(delayMs, fire)
    this.#cancel = () => {
      live = false
      cancel?.()
    }
  }

  /** The pause after a failure, which depends on the one before. */
  startBackoff(): void {
    this.#pauseMs = backoffDelayMs(this.#pauseMs, this.#limits.backoff, this.#ports.random)
    this.start(this.#pauseMs)
  }

  /** The pause an open breaker gives a sink. Replicas that lost it together do not come back together. */
  startRest(): void {
    this.startStandby(this.#limits.breaker.restMs)
  }

  /** Half of this time to all of it, so that of several who wait for a lease not all ask at once. */
  startStandby(ttlMs: number): void {
    this.start(ttlMs * (0.5 + fraction(this.#ports.random) / 2))
  }

  /** A batch went in: the next pause is a first one again. */
  wentWell(): void {
    this.#pauseMs = undefined
  }

  cancel(): void {
    this.#cancel()
  }
}
