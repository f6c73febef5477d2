/** How much an origin stores, and may store; browsers give rounded and padded figures. */
export interface StorageEstimate {
  readonly usedBytes: number
  /** What the origin can hope for, not what is free on the disk. */
  readonly quotaBytes: number
}

/** What is used of `navigator.storage`, https://storage.spec.whatwg.org. */
interface StorageManager {
  persist?(): Promise<boolean>
  persisted?(): Promise<boolean>
  estimate?(): Promise<{ readonly usage?: number; readonly quota?: number }>
}

function manager(): StorageManager {
  const { navigator } = globalThis as { readonly navigator?: { readonly storage?: StorageManager } }
  return navigator?.storage ?? {}
}

/**
 * Asks the browser not to take this origin's data away when space runs out, which it may otherwise do without a word.
 * Chromium and Safari decide by how the site is used, Firefox asks the user, so call it where that makes sense to them:
 * after the first thing they wrote. Asking again costs nothing.
 *
 * @returns whether the data is safe from eviction now; false, too, where the platform cannot say. The user can still
 *   clear it, and Safari clears all data of sites that were not visited for seven days of its use.
 */
export async function requestPersistence(): Promise<boolean> {
  const storage = manager()
  try {
    if ((await storage.persisted?.()) === true) return true
    return (await storage.persist?.()) === true
  } catch {
    // Insecure contexts and opaque origins refuse; there nothing persists.
    return false
  }
}

/** How full the origin's storage is; `undefined` where the platform does not say. */
export async function storageEstimate(): Promise<StorageEstimate | undefined> {
  const found = await manager()
    .estimate?.()
    .catch(() => undefined)
  const { usage, quota } = found ?? {}
  return usage === undefined || quota === undefined ? undefined : { usedBytes: usage, quotaBytes: quota }
}
