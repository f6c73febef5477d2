import type { ContainerRef } from "../../document/operation.ts"
import type { ContainerKind } from "../../document/shape.ts"
import type { SharedType } from "./yjs-internals.ts"

/** What a change writes into a map key or list slot: a scalar, or a container under construction. */
export type Slot = null | boolean | number | string | EditNode

/**
 * A container as a change sees it: what the document has, and on top of it what the change did so far. Nothing reaches
 * Yjs before all operations are known to be valid, because Yjs cannot roll back.
 */
export interface EditNode {
  readonly kind: ContainerKind
  /** What is at a map key or list index now. */
  child(step: string | number): EditNode | "register" | undefined
  /** Takes over the content of a container under construction, keeping its own identity; false if that is of another kind. */
  replaceContent(by: EditNode): boolean
  /** Collects the predefined containers that must be brought into being before `flush`; true if there is anything to flush. */
  prepare(genesis: ContainerRef[]): boolean
  /** Writes the net effect into the document. Only for containers that are there. */
  flush(): void
  /** A fresh shared type with this content. Only for containers that are not there. */
  build(): SharedType
}

/** Whether a slot holds a container. */
export function isNode(slot: Slot): slot is EditNode {
  return typeof slot === "object" && slot !== null
}

/** What Yjs takes for a slot. */
export function slotToShared(slot: Slot): unknown {
  return isNode(slot) ? slot.build() : slot
}
