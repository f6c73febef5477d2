/** A name that one session holds in all tabs and workers of an origin. */
export interface ExclusiveLock {
  /** Whether the platform guards it. Otherwise only this JavaScript realm is looked at. */
  readonly isGuarded: boolean
  release(): void
}

/** What is used of the Web Locks API, https://w3c.github.io/web-locks. */
interface LockManager {
  request(
    name: string,
    options: { readonly ifAvailable: true },
    granted: (lock: object | null) => Promise<void> | undefined
  ): Promise<unknown>
}

/** Names held where the platform has no locks (insecure contexts, browsers before 2022). */
const heldHere = new Set<string>()

/**
 * Takes a name if nobody has it, without waiting; `undefined` when somebody does. A tab that dies lets go of it.
 * `onLost` is called when it is taken away, which only a page that asks for locks with `steal` does.
 */
export async function takeLock(name: string, onLost: () => void): Promise<ExclusiveLock | undefined> {
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: LockManager } }
  const locks = navigator?.locks
  return locks === undefined ? takeHere(name) : takeOf(locks, name, onLost)
}

function takeOf(locks: LockManager, name: string, onLost: () => void): Promise<ExclusiveLock | undefined> {
  return new Promise((resolve, reject) => {
    let isReleased = false
    const held = locks.request(name, { ifAvailable: true }, lock => {
      if (lock === null) {
        resolve(undefined)
        return undefined
      }
      return new Promise(free => {
        const release = () => {
          isReleased = true
          free()
        }
        resolve({ isGuarded: true, release })
      })
    })
    // Settles after `resolve` unless no lock could be asked for at all.
    held.catch((cause: unknown) => {
      reject(cause instanceof Error ? cause : new Error(String(cause)))
      if (!isReleased) onLost()
    })
  })
}

function takeHere(name: string): ExclusiveLock | undefined {
  if (heldHere.has(name)) return undefined
  heldHere.add(name)
  return { isGuarded: false, release: () => void heldHere.delete(name) }
}
