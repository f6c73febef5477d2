import type { ContractCase } from "./contract-case.ts"
import { storeAppendCases } from "./store-append-cases.ts"
import type { MakeStore, StoreCase } from "./store-case.ts"
import { storeListingCases } from "./store-listing-cases.ts"
import { storeModelCase } from "./store-model-case.ts"
import { storeSessionCases } from "./store-session-cases.ts"

/** What is checked less of where a store is slow. */
export interface StoreContractOptions {
  /** Random histories compared with the model. Default 25, each of some sixty appends and a few openings. */
  readonly histories?: number
}

/**
 * What every `Store` must do, as cases for any test runner. Rules STO1 to STO18 of core's SPEC.md; the last case compares
 * the store with an independent model over random histories.
 *
 * `name` completes the titles: `storeContract("sqlite", makeStore)`.
 */
export function storeContract(
  name: string,
  makeStore: MakeStore,
  options: StoreContractOptions = {}
): readonly ContractCase[] {
  const cases: readonly StoreCase[] = [...storeAppendCases, ...storeListingCases, ...storeSessionCases]
  return [...cases.map(one => bind(name, makeStore, one)), storeModelCase(name, makeStore, options.histories)]
}

function bind(name: string, makeStore: MakeStore, { title, check }: StoreCase): ContractCase {
  return {
    title: `${title} (${name})`,
    run: async () => {
      const { store, remove } = await makeStore()
      const session = await store.open()
      try {
        await check(session, store)
      } finally {
        await session.close()
        await remove?.()
      }
    }
  }
}
