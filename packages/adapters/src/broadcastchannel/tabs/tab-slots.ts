import { coreError, isSynclineError, type Replica } from "@syncline/core"
import { type HeldLock, takeFreeLock, waitForLock } from "./held-lock.ts"
import type { LockManagerLike } from "./lock-manager-like.ts"

const never = new AbortController().signal

/** A store that was left out, for it can be used by nobody here. */
export interface SkippedStore {
  readonly store: string
  /** `store-newer`: another version of the app wrote it. `store-locked`: somebody who is no tab of this name has it. */
  readonly error: Error
}

/** What a tab holds while it lives. */
interface SlotLocks {
  /** Nobody else opens the store. */
  readonly store: HeldLock
  /** Somebody waits for it to learn that this tab is gone; a lock of its own, so that waiting is in nobody's way. */
  readonly life?: HeldLock | undefined
}

/** The store that a tab has for itself while it lives. */
export interface TakenSlot {
  readonly slot: number
  readonly locks: SlotLocks
  readonly replica: Replica
  readonly skipped: readonly SkippedStore[]
}

/** The stores that tabs of one name share out among themselves: the first has the name itself, later ones a number. */
export class TabSlots {
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  storeOf(slot: number): string {
    return slot === 0 ? this.#name : `${this.#name}~${slot}`
  }

  /** The slot whose store has that name; `undefined` for what is no store of these tabs. */
  slotOf(store: string): number | undefined {
    if (store === this.#name) return 0
    const [, digits] = store.startsWith(`${this.#name}~`)
      ? (/^([1-9]\d{0,3})$/.exec(store.slice(this.#name.length + 1)) ?? [])
      : []
    return digits === undefined ? undefined : Number(digits)
  }

  /** Held by whoever uses the store of a slot. */
  storeLock(slot: number): string {
    return `syncline/${this.#name}/store/${slot}`
  }

  /** Held by the tab that has a slot. */
  lifeLock(slot: number): string {
    return `syncline/${this.#name}/life/${slot}`
  }

  /** Held by the tab that owns the links. */
  get leaderLock(): string {
    return `syncline/${this.#name}/leader`
  }

  /**
   * Opens the first store that nobody has. What only another version of the app can read is left out.
   *
   * @throws what `open` throws, `store-locked` when all stores are taken
   */
  async take(
    locks: LockManagerLike,
    maxTabs: number,
    open: (store: string) => Promise<Replica>
  ): Promise<TakenSlot> {
    const skipped: SkippedStore[] = []
    for (let slot = 0; slot < maxTabs; slot++) {
      const free = await takeFreeLock(locks, this.storeLock(slot))
      if (free === undefined) continue
      const store = this.storeOf(slot)
      let held: SlotLocks = { store: free }
      try {
        held = { store: free, life: await waitForLock(locks, this.lifeLock(slot), never) }
        return { slot, locks: held, replica: await open(store), skipped }
      } catch (error) {
        await release(held)
        if (!isSynclineError(error, "store-newer") && !isSynclineError(error, "store-locked")) throw error
        skipped.push({ store, error })
      }
    }
    throw (
      skipped[0]?.error ??
      coreError(
        "store-locked",
        `all ${maxTabs} stores of "${this.#name}" are in use: close a tab, or raise maxTabs`
      )
    )
  }
}

/** Closes the replica; whatever becomes of that, others can have its store then. */
export async function leaveSlot({ replica, locks }: TakenSlot): Promise<void> {
  try {
    await replica.close()
  } finally {
    await release(locks)
  }
}

async function release({ store, life }: SlotLocks): Promise<void> {
  await life?.release()
  await store.release()
}
