import { expect, test } from "vitest"
import { engineContract, runEngineHistory } from "../../testing/engine-contract.ts"
import { automerge } from "./automerge-engine.ts"
import type { AutomergeNative } from "./native-handle.ts"

const editNative = (native: unknown, key: string, value: number): void =>
  (native as AutomergeNative).change(doc => void (doc[key] = value))

for (const { title, run } of engineContract("automerge", automerge, editNative)) test(title, () => run())

await automerge().ready?.()

// Histories in which Automerge's patches say what is not so.
test.each([39, 49, 1013])(
  "[AM14] history %i shows what is there where several maps contend for a place",
  seed => expect(() => runEngineHistory(automerge(), seed, editNative)).not.toThrow()
)
