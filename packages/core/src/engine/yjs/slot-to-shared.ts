import * as Y from "yjs"
import { isNode, type Slot } from "../edit/edit-node.ts"
import type { SharedType } from "./yjs-internals.ts"

/** Yjs spreads what is inserted into a list that is not in a document yet, and the stack holds some hundred thousand. */
const maxSpread = 8192

/** What Yjs takes for a slot. */
export function slotToShared(slot: Slot): unknown {
  if (!isNode(slot)) return slot
  const content = slot.content()
  switch (content.kind) {
    case "map": {
      const map = new Y.Map<unknown>()
      for (const [key, entry] of content.entries) map.set(key, slotToShared(entry))
      return map
    }
    case "list":
      return newList(content.items)
    case "text":
      return new Y.Text(content.text)
  }
}

function newList(slots: readonly Slot[]): SharedType {
  const list = new Y.Array<unknown>()
  for (let at = 0; at < slots.length; at += maxSpread)
    list.insert(at, slots.slice(at, at + maxSpread).map(slotToShared))
  return list
}
