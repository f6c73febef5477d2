import { test } from "vitest"
import type * as Y from "yjs"
import { engineContract } from "../../testing/engine-contract.ts"
import { yjs } from "./yjs-engine.ts"

const editNative = (native: unknown, key: string, value: number): void =>
  void (native as Y.Doc).getMap("root").set(key, value)

for (const { title, run } of engineContract("yjs", yjs, editNative)) test(title, () => run())
