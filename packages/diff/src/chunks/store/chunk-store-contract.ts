import { chunkStoreCases } from "./chunk-store-cases.ts"
import type { ChunkStore } from "./chunk-store.ts"
import { oddStoreCases } from "./odd-store-cases.ts"

/** One check, for any test runner: `for (const { title, run } of chunkStoreContract(…)) test(title, run)`. */
export interface ChunkStoreCheck {
  /** Begins with the rule of spec/chunks.md that it checks. */
  readonly title: string
  /** Rejects when the rule is broken. */
  readonly run: () => Promise<void>
}

/** What every `ChunkStore` must do: rules CS1 to CS10 of spec/chunks.md. `makeStore` gives an empty store for each check. */
export function chunkStoreContract(
  name: string,
  makeStore: () => ChunkStore | Promise<ChunkStore>
): readonly ChunkStoreCheck[] {
  return [...chunkStoreCases, ...oddStoreCases].map(({ title, check }) => ({
    title: `${title} (${name})`,
    run: async () => check(await makeStore())
  }))
}
