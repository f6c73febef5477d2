import { coreError } from "../errors/core-error.ts"
import type { Store, StoreBatch, StoreSession } from "../store/store.ts"

/** What goes wrong with appends; they are counted from 1 over all sessions of the store. */
export interface FaultPlan {
  /** These appends are rejected with `store-failed`, and nothing is written. */
  readonly failBefore?: readonly number[]
  /**
   * These appends are written and then rejected with `store-failed`, as if the process lost the answer. No store may do
   * that while its session lives; use it for what must survive a crash between the two, and drop the session then.
   */
  readonly failAfter?: readonly number[]
  /** Called before each append with its number; the append waits for it. */
  readonly delay?: (append: number) => Promise<void> | void
}

/**
 * A store that does what `store` does, but for the appends that `plan` spoils. Appends stay in the order of their calls,
 * however long each is delayed.
 */
export function faultyStore(store: Store, plan: FaultPlan): Store {
  let appends = 0
  let queue: Promise<void> = Promise.resolve()
  const append = async (session: StoreSession, batch: StoreBatch, number: number): Promise<void> => {
    await plan.delay?.(number)
    if (plan.failBefore?.includes(number) === true) throw broken(store, number, "before")
    await session.append(batch)
    if (plan.failAfter?.includes(number) === true) throw broken(store, number, "after")
  }
  return {
    name: `faulty ${store.name}`,
    async open() {
      const session = await store.open()
      return overlay(session, {
        append: batch => {
          const number = ++appends
          const result = queue.then(() => append(session, batch, number))
          queue = result.catch(() => {})
          return result
        },
        close: async () => {
          await queue
          await session.close()
        }
      })
    }
  }
}

/** The session with some of its methods replaced; everything else goes to the session itself. */
function overlay(session: StoreSession, replaced: Pick<StoreSession, "append" | "close">): StoreSession {
  const bound = new Map<PropertyKey, unknown>(Object.entries(replaced))
  return new Proxy(session, {
    get: (target, name) => {
      if (bound.has(name)) return bound.get(name)
      const member: unknown = Reflect.get(target, name, target)
      // Methods use private fields, which only the session itself has.
      return typeof member === "function" ? (member.bind(target) as unknown) : member
    }
  })
}

function broken({ name }: Store, append: number, when: "before" | "after"): Error {
  return coreError("store-failed", `append ${append} to ${name} failed on purpose, ${when} writing`, {
    details: { append, when }
  })
}
