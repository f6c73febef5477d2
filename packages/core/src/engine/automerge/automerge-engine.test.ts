import { test } from "vitest"
import { engineContract } from "../../testing/engine-contract.ts"
import { automerge } from "./automerge-engine.ts"

for (const { title, run } of engineContract("automerge", automerge)) test(title, () => run())
