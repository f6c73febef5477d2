import { expect, test } from "vitest"
import { engineContract, runEngineHistory } from "../../testing/engine-contract.ts"
import { automerge } from "./automerge-engine.ts"

for (const { title, run } of engineContract("automerge", automerge)) test(title, () => run())

await automerge().ready?.()

// Histories in which Automerge's patches say what is not so.
test.each([1013])("[AM14] history %i shows what is there where several maps contend for a place", seed =>
  expect(() => runEngineHistory(automerge(), seed)).not.toThrow()
)
