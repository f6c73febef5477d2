import type { Ports } from "../ports/ports.ts"
import type { SyncEffect } from "./sync-effect.ts"

type TimerEffect = Extract<SyncEffect, { readonly kind: "timer" }>

/** The timers that the machine sets, one of each name. */
export class SessionTimers {
  readonly #ports: Ports
  readonly #onTime: (name: TimerEffect["name"]) => void
  readonly #timers = new Map<string, () => void>()

  constructor(ports: Ports, onTime: (name: TimerEffect["name"]) => void) {
    this.#ports = ports
    this.#onTime = onTime
  }

  /** In the place of the one of that name, if there is one. */
  schedule({ name, delayMs, jitter }: TimerEffect): void {
    this.cancel(name)
    const { timers, random } = this.#ports
    const spread = jitter ? 0.5 + (random.bytes(1)[0] ?? 0) / 256 : 1
    this.#timers.set(
      name,
      timers.schedule(delayMs * spread, () => this.#onTime(name))
    )
  }

  cancel(name: string): void {
    this.#timers.get(name)?.()
  }

  stop(): void {
    for (const cancel of this.#timers.values()) cancel()
  }
}
