import type { EngineChange, EngineDocument } from "../engine/engine.ts"
import { assertEqual } from "./contract-assert.ts"
import { type EngineCase, mustChange, openDocument, receive, setTo } from "./engine-case.ts"

/** Sets a key of the root through the library's own document, in one transaction, as an application may. */
export type EditNative = (native: unknown, key: string, value: number) => void

/** What is written into the library's own document, past the engine. */
export function engineNativeCases(editNative: EditNative): readonly EngineCase[] {
  return [
    {
      title: "[EN19] an edit made through native is told once, as a change like any other",
      check: engine => {
        const document = openDocument(engine)
        const told = listenTo(document)
        const first = mustChange(document, setTo(["a"], 1))
        editNative(document.native, "b", 2)
        const last = mustChange(document, setTo(["c"], 3))
        assertEqual(
          told.map(({ paths }) => paths),
          [[["b"]]],
          "paths told"
        )
        const other = openDocument(engine)
        for (const change of [first, ...told, last]) receive(other, change)
        assertEqual(other.value(), document.value(), "what another replica sees")
        assertEqual([document.value()["b"], document.kindAt(["b"])], [2, "register"], "what it wrote")
      }
    },
    {
      title: "[EN19] change and apply are not told as native edits, nor is what changes nothing",
      check: engine => {
        const document = openDocument(engine)
        const told = listenTo(document)
        mustChange(document, setTo(["a"], 1))
        receive(document, mustChange(openDocument(engine), setTo(["b"], 1)))
        const unsubscribe = document.onNativeChange(() => assertEqual("called", "not called", "the listener"))
        unsubscribe()
        editNative(document.native, "c", 1)
        assertEqual(told.length, 1, "changes told")
      }
    }
  ]
}

function listenTo(document: EngineDocument): EngineChange[] {
  const told: EngineChange[] = []
  document.onNativeChange(change => told.push(change))
  return told
}
