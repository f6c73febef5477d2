import type { Meter } from "./meter.ts"

/** Wall clock. */
export interface TimePort {
  /** Milliseconds since 1970 (UTC); may jump in both directions. */
  nowMs(): number
}

/** Source of randomness; must be cryptographically strong outside simulations. */
export interface RandomPort {
  bytes(length: number): Uint8Array
}

/** Timers and the end of the current tick. */
export interface TimerPort {
  /** Runs `task` once after `delayMs`; the returned function cancels it. Whoever schedules cancels when closed. */
  schedule(delayMs: number, task: () => void): () => void
  /** Runs `task` once the current synchronous work is done. */
  microtask(task: () => void): void
}

/** Where diagnostics go. Libraries never print. */
export interface Logger {
  warn(message: string, details?: Readonly<Record<string, unknown>>): void
  debug(message: string, details?: Readonly<Record<string, unknown>>): void
}

/** Everything through which the outside world enters `core`, so that a fleet of replicas can run from one seed. */
export interface Ports {
  readonly time: TimePort
  readonly random: RandomPort
  readonly timers: TimerPort
  readonly logger: Logger
  /** Absent: nothing is measured. */
  readonly meter?: Meter
}
