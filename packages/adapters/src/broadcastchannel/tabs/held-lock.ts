import type { LockManagerLike } from "./lock-manager-like.ts"

/** A lock that is held until it is let go, or this page is gone. */
export interface HeldLock {
  /** Fulfilled when others can have it. */
  release(): Promise<void>
}

/** Takes a lock if nobody holds it or waits for it. */
export function takeFreeLock(locks: LockManagerLike, name: string): Promise<HeldLock | undefined> {
  return request(locks, name, { ifAvailable: true })
}

/** Waits for a lock; `undefined` when `signal` fired first. */
export function waitForLock(
  locks: LockManagerLike,
  name: string,
  signal: AbortSignal
): Promise<HeldLock | undefined> {
  return request(locks, name, { signal })
}

async function request(
  locks: LockManagerLike,
  name: string,
  options: { readonly ifAvailable?: boolean; readonly signal?: AbortSignal }
): Promise<HeldLock | undefined> {
  const granted = Promise.withResolvers<HeldLock | undefined>()
  const over = locks.request(name, options, async lock => {
    if (lock === null) return granted.resolve(undefined)
    const held = Promise.withResolvers<void>()
    const release = async () => {
      held.resolve()
      await over
    }
    granted.resolve({ release })
    await held.promise
  })
  over.catch(granted.reject)
  try {
    return await granted.promise
  } catch (error) {
    if (options.signal?.aborted === true) return undefined
    throw error
  }
}
