import { isNode, type NewContainer, type Slot } from "../edit/edit-node.ts"
import type { Handle } from "./automerge-handle.ts"

/** Sets a map key to a slot. */
export function putSlot(handle: Handle, map: string, key: string, slot: Slot): void {
  if (isNode(slot)) {
    const content = slot.content()
    fill(handle, handle.putObject(map, key, emptyOf(content)), content)
  } else handle.put(map, key, slot, datatypeOf(slot))
}

/** Inserts slots into a list. */
export function insertSlots(handle: Handle, list: string, index: number, slots: readonly Slot[]): void {
  for (const [at, slot] of slots.entries())
    if (isNode(slot)) {
      const content = slot.content()
      fill(handle, handle.insertObject(list, index + at, emptyOf(content)), content)
    } else handle.insert(list, index + at, slot, datatypeOf(slot))
}

function fill(handle: Handle, id: string, content: NewContainer): void {
  if (content.kind === "map") for (const [key, entry] of content.entries) putSlot(handle, id, key, entry)
  else if (content.kind === "list") insertSlots(handle, id, 0, content.items)
  else handle.splice(id, 0, 0, content.text)
}

/** Automerge tells by it which kind of object to make. */
function emptyOf({ kind }: NewContainer): Record<string, never> | never[] | "" {
  if (kind === "map") return {}
  return kind === "list" ? [] : ""
}

/** Named for each: left to itself, Automerge makes texts of strings, and of 1e300 the greatest 64-bit integer. */
function datatypeOf(value: null | boolean | number | string): "null" | "boolean" | "int" | "f64" | "str" {
  if (value === null) return "null"
  if (typeof value === "string") return "str"
  if (typeof value === "boolean") return "boolean"
  // Automerge gives the greatest safe integer back as a bigint.
  return Number.isSafeInteger(value) && Math.abs(value) < Number.MAX_SAFE_INTEGER ? "int" : "f64"
}
