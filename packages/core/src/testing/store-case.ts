import type { Store, StoreSession } from "../store/store.ts"

/** A store to be tested, empty and closed, with what takes it away afterwards. */
export interface StoreFixture {
  readonly store: Store
  readonly remove?: () => Promise<void> | void
}

/** Makes a fresh fixture for each case. */
export type MakeStore = () => StoreFixture | Promise<StoreFixture>

/** A case before it is bound to a store: opens, writes, and need not close. */
export interface StoreCase {
  readonly title: string
  readonly check: (session: StoreSession, store: Store) => Promise<void>
}
