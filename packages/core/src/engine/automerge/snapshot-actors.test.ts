import { getBackend, load, save } from "@automerge/automerge"
import { expect, test } from "vitest"
import {
  codeThrownBy,
  mustChange,
  openDocument,
  receive,
  setTo,
  spliceAt
} from "../../testing/engine-case.ts"
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

const snapshot = written().snapshot()
const otherForms: readonly (readonly [string, Uint8Array])[] = [
  ["two documents", new Uint8Array([...snapshot, ...snapshot])],
  ["a change", automerge().genesis({ path: ["body"], kind: "text" })],
  ["compressed columns", save(load(snapshot))],
  ["the beginning", snapshot.slice(0, 100)]
]

test("[AM15] changes are counted by actor as Automerge counts them", () => {
  const counts: Record<string, number> = {}
  for (const { actor } of getBackend(load(snapshot)).getChangesMeta([]))
    counts[actor] = (counts[actor] ?? 0) + 1
  expect(Object.fromEntries(changesByActor(snapshot))).toEqual(counts)
})

test.each(otherForms)("[AM15] %s is no snapshot", (_, bytes) => {
  expect(codeThrownBy(() => openDocument(automerge(), bytes))).toBe("engine-update-invalid")
  expect(codeThrownBy(() => openDocument(automerge()).applySnapshot(bytes))).toBe("engine-update-invalid")
})

test("[AM19] what is in a snapshot is counted: 750 operations in 450 changes", () => {
  expect(codeThrownBy(() => changesByActor(snapshot, 449))).toBe("engine-update-invalid")
  expect(codeThrownBy(() => changesByActor(snapshot, 4_500))).toBeUndefined()
})
