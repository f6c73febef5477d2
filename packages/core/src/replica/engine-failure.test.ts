import { expect, test } from "vitest"
import type { Engine, EngineDocument } from "../engine/engine.ts"
import { yjs } from "../engine/yjs/index.ts"
import { memoryStore } from "../store/memory-store.ts"
import { openReplica } from "./open-replica.ts"

/** An engine that writes each change and then fails as it does without stack or memory, while `fails` says so. */
function failingEngine(fails: () => boolean): Engine {
  const engine = yjs()
  const overlay = (document: EngineDocument): EngineDocument =>
    new Proxy(document, {
      get: (target, name) => {
        if (name === "change" && fails())
          return (...operations: Parameters<EngineDocument["change"]>) => {
            target.change(...operations)
            throw new RangeError("Maximum call stack size exceeded")
          }
        const member: unknown = Reflect.get(target, name, target)
        return typeof member === "function" ? (member.bind(target) as unknown) : member
      }
    })
  return { ...engine, name: engine.name, open: options => overlay(engine.open(options)) }
}

test("[RE22] a change that breaks off in the engine leaves nothing, here or in what is written later", async () => {
  const store = memoryStore()
  let fails = false
  const before = await openReplica({ store, engine: failingEngine(() => fails) })
  const document = await before.load("notes/1")
  document.change(draft => void (draft["kept"] = 1))
  fails = true
  expect(() => document.change(draft => void (draft["broken"] = 1))).toThrow(RangeError)
  fails = false
  expect(() => document.change(draft => void (draft["early"] = 1))).toThrow("loaded again")
  await before.flush()
  document.change(draft => void (draft["later"] = 1))
  expect(document.value).toEqual({ kept: 1, later: 1 })
  await before.close()
  const after = await openReplica({ store, engine: yjs() })
  expect((await after.load("notes/1")).value).toEqual({ kept: 1, later: 1 })
  await after.close()
})
