import { test } from "vitest"
import { engineContract } from "../../testing/engine-contract.ts"
import { yjs } from "./yjs-engine.ts"

for (const { title, run } of engineContract("yjs", yjs)) test(title, () => run())
