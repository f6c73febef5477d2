import { getBackend, load, save } from "@automerge/automerge"
import { expect, test } from "vitest"
import { mustChange, openDocument, receive, setTo, spliceAt } from "../../testing/engine-case.ts"
import type { EngineDocument } from "../engine.ts"
import { automerge } from "./automerge-engine.ts"
import { changesByActor } from "./snapshot-actors.ts"

/** Two writers take turns, with runs of one and of many. */
function written(): EngineDocument {
  const [a, b] = [openDocument(automerge()), openDocument(automerge())]
  for (let at = 0; at < 150; at++) receive(a, mustChange(b, setTo([`b${at}`], at)))
  for (let at = 0; at < 300; at++) {
    const [from, to] = at % 3 === 0 ? [a, b] : [b, a]
    receive(to, mustChange(from, spliceAt(["body"], 0, 0, "x")))
  }
  return a
}

test("[AM15] changes are counted by actor as Automerge counts them", () => {
  const snapshot = written().snapshot()
  const counts: Record<string, number> = {}
  for (const { actor } of getBackend(load(snapshot)).getChangesMeta([]))
    counts[actor] = (counts[actor] ?? 0) + 1
  expect(Object.fromEntries(changesByActor(snapshot) ?? [])).toEqual(counts)
})

test("[AM15] what is no single document is left to Automerge", () => {
  const snapshot = written().snapshot()
  expect(changesByActor(new Uint8Array([...snapshot, ...snapshot]))).toBeUndefined()
  expect(changesByActor(snapshot.slice(0, 100))).toBeUndefined()
})

test("[AM15] a snapshot that Automerge compressed loads just so", () => {
  const document = written()
  const compressed = save(load(document.snapshot()))
  expect(openDocument(automerge(), compressed).value()).toEqual(document.value())
})
