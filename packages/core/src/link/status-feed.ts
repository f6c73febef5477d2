import type { Logger, TimerPort } from "../ports/ports.ts"
import { LinkEvents } from "./link-events.ts"
import type { SyncStatus } from "./sync-status.ts"

/** Changes are told at most this often: a screen shows no more, and a thousand commits a second are no thousand events. */
const intervalMs = 50

/** Tells of a status that changes often: the first change at once, then the newest one, once an interval. */
export class StatusFeed {
  readonly #timers: TimerPort
  readonly #read: () => SyncStatus
  readonly #changes: LinkEvents<SyncStatus>
  readonly #ends: LinkEvents<void>
  #told: SyncStatus | undefined
  #waiting: "no" | "turn" | "interval" = "no"
  #changed = false
  #cancel: (() => void) | undefined
  #ended = false

  /** @param read gives the status as of the call; equal ones may be different objects. */
  constructor(timers: TimerPort, logger: Logger, read: () => SyncStatus) {
    this.#timers = timers
    this.#read = read
    this.#changes = new LinkEvents(logger)
    this.#ends = new LinkEvents(logger)
  }

  onStatus(listener: (status: SyncStatus) => void): () => void {
    // What it is now is known to who subscribes now.
    this.#told ??= this.#read()
    return this.#changes.on(listener)
  }

  /** The status may have changed. */
  touch(): void {
    if (this.#told === undefined || this.#ended) return
    this.#changed = true
    if (this.#waiting !== "no") return
    this.#waiting = "turn"
    this.#timers.microtask(() => this.#tell())
  }

  /** Tells of the last change, and ends all iterations. */
  end(): void {
    if (this.#ended) return
    this.#emit()
    this.#ended = true
    this.#cancel?.()
    this.#ends.emit()
  }

  /** The status now, then each that was told, the newest only where somebody is slow. */
  iterate(): AsyncIterator<SyncStatus> {
    let next: SyncStatus | undefined = this.#read()
    let done = this.#ended
    let wake: (() => void) | undefined
    const stop = () => {
      done = true
      offChange()
      offEnd()
      wake?.()
    }
    const offChange = this.onStatus(status => {
      next = status
      wake?.()
    })
    const offEnd = this.#ends.on(stop)
    return {
      next: async () => {
        if (next === undefined && !done) await new Promise<void>(resolve => (wake = resolve))
        const value = next
        next = undefined
        return value === undefined ? { done: true, value } : { done: false, value }
      },
      return: async () => {
        next = undefined
        stop()
        return { done: true, value: undefined }
      }
    }
  }

  #tell(): void {
    if (this.#ended || this.#waiting === "interval") return
    this.#emit()
    this.#waiting = "interval"
    this.#cancel = this.#timers.schedule(intervalMs, () => {
      this.#waiting = "no"
      if (this.#changed) this.#tell()
    })
  }

  #emit(): void {
    if (!this.#changed) return
    this.#changed = false
    const status = this.#read()
    if (this.#told !== undefined && sameStatus(this.#told, status)) return
    this.#told = status
    this.#changes.emit(status)
  }
}

function sameStatus(a: SyncStatus, b: SyncStatus): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
