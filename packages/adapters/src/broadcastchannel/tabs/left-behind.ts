import type { Replica, TimerPort } from "@syncline/core"
import { bringOver } from "./bring-over.ts"
import { type HeldLock, takeFreeLock, waitForLock } from "./held-lock.ts"
import type { LockManagerLike } from "./lock-manager-like.ts"
import type { TabSlots } from "./tab-slots.ts"

/** What the leader needs to look after stores of tabs that are gone. */
export interface LeftBehindOptions {
  readonly slots: TabSlots
  readonly locks: LockManagerLike
  readonly timers: TimerPort
  readonly replica: Replica
  readonly open: (store: string) => Promise<Replica>
  readonly onError: (error: unknown) => void
  /** How long a store is left to a page that is only being reloaded. */
  readonly returnMs: number
  readonly signal: AbortSignal
}

/**
 * The leader's care for what tabs left in their stores. It waits for the life of every slot that somebody has or had, which
 * ends when that tab closes or dies. A page that is reloaded then takes its store again; what nobody does is brought over, one store
 * at a time.
 */
export class LeftBehind {
  readonly #options: LeftBehindOptions
  readonly #watched = new Set<number>()
  #bringing: Promise<void> = Promise.resolve()
  /** What uses the leader's replica. */
  #using: Promise<void> = Promise.resolve()

  constructor(options: LeftBehindOptions) {
    this.#options = options
  }

  /** Looks after these slots from now on, each until its store was brought over once. */
  watch(slots: Iterable<number>): void {
    for (const slot of slots) {
      if (this.#watched.has(slot) || this.#options.signal.aborted) continue
      this.#watched.add(slot)
      void this.#watch(slot)
        .catch(this.#options.onError)
        .finally(() => this.#watched.delete(slot))
    }
  }

  /**
   * Fulfilled when the leader's replica is not used any more; fire the signal first. Not waited for is a store that is still being opened,
   * which may never end: it is closed at once when it is open, and nobody has it before.
   */
  async ended(): Promise<void> {
    await this.#using
  }

  async #watch(slot: number): Promise<void> {
    const { slots } = this.#options
    const lock = await this.#takeWhenLeft(slot)
    if (lock === undefined) return
    try {
      this.#bringing = this.#bringing.then(() => this.#bring(slots.storeOf(slot)))
      await this.#bringing
    } finally {
      await lock.release()
    }
  }

  async #takeWhenLeft(slot: number): Promise<HeldLock | undefined> {
    const { slots, locks, timers, returnMs, signal } = this.#options
    for (;;) {
      const seen = await waitForLock(locks, slots.lifeLock(slot), signal)
      if (seen === undefined) return undefined
      await seen.release()
      await pause(timers, returnMs, signal)
      const lock = signal.aborted ? undefined : await takeFreeLock(locks, slots.storeLock(slot))
      if (lock !== undefined || signal.aborted) return lock
    }
  }

  async #bring(store: string): Promise<void> {
    const { open, signal, onError } = this.#options
    if (signal.aborted) return
    try {
      const left = await open(store)
      const using = this.#bringFrom(left)
      this.#using = using.catch(() => {})
      await using
    } catch (error) {
      if (!signal.aborted) onError(error)
    }
  }

  async #bringFrom(left: Replica): Promise<void> {
    const { replica, timers, signal } = this.#options
    try {
      if (!signal.aborted) await bringOver(left, replica, timers, signal)
    } finally {
      await left.close()
    }
  }
}

/** Fulfilled after a while, or when `signal` fires. */
function pause(timers: TimerPort, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve()
    const cancel = timers.schedule(ms, () => {
      signal.removeEventListener("abort", stop)
      resolve()
    })
    const stop = () => {
      cancel()
      resolve()
    }
    signal.addEventListener("abort", stop, { once: true })
  })
}
