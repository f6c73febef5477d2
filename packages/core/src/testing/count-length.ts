import * as Y from "yjs"
import type { AutomergeNative } from "../engine/automerge/native-handle.ts"
import type { EngineDocument } from "../engine/engine.ts"

/** Keeps the length of the body beside it, as an application's own observer may, through `native` of either engine. */
export function countLength({ native }: EngineDocument): void {
  if (native instanceof Y.Doc) countInYjs(native)
  else countInAutomerge(native as AutomergeNative)
}

function countInYjs(native: Y.Doc): void {
  const root = native.getMap("root")
  root.observeDeep(() => {
    const { length } = String(root.get("body") ?? "")
    if (root.get("length") !== length) root.set("length", length)
  })
}

function countInAutomerge(native: AutomergeNative): void {
  native.on("change", ({ doc }) => {
    const { length } = String(doc["body"] ?? "")
    if (doc["length"] !== length) native.change(root => void (root["length"] = length))
  })
}
