import { coreError } from "@syncline/core"

/** What is used of Web Locks: `navigator.locks` of browsers and, from 24.5 on, of Node. */
export interface LockManagerLike {
  /** Calls back when the lock is granted, with `null` where it is not to be waited for; holds it until that is fulfilled. */
  request(
    name: string,
    options: { readonly ifAvailable?: boolean; readonly signal?: AbortSignal },
    granted: (lock: unknown) => Promise<void>
  ): Promise<unknown>
}

/**
 * The platform's locks.
 *
 * @throws SynclineError `link-closed` where there are none: pages that are not served over HTTPS have no Web Locks.
 */
export function platformLocks(): LockManagerLike {
  const { navigator } = globalThis as unknown as { readonly navigator?: { readonly locks?: LockManagerLike } }
  if (navigator?.locks !== undefined) return navigator.locks
  throw coreError(
    "link-closed",
    "this platform has no Web Locks (pages need HTTPS or localhost for them); give a lock manager as `locks`"
  )
}
