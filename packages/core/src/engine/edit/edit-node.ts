import type { Path } from "../../document/json.ts"
import type { ContainerRef } from "../../document/operation.ts"
import type { ContainerKind } from "../../document/shape.ts"

/** What a change writes into a map key or list slot: a scalar, or a container under construction. */
export type Slot = null | boolean | number | string | NewNode

/** What a container under construction is to hold. */
export type NewContainer =
  | { readonly kind: "map"; readonly entries: readonly (readonly [string, Slot])[] }
  | { readonly kind: "list"; readonly items: readonly Slot[] }
  | { readonly kind: "text"; readonly text: string }

/**
 * A container as a change sees it: what the document has, and on top of it what the change did so far. Nothing reaches
 * the document before all operations are known to be valid, because not every engine can roll back.
 */
export interface EditNode {
  readonly kind: ContainerKind
  /** What is at a map key or list index now. */
  child(step: string | number): EditNode | "register" | undefined
  /** Takes over the content of a container under construction, keeping its own identity; false if that is of another kind. `path` is where it is. */
  replaceContent(by: NewNode, path: Path): boolean
  /** Collects the predefined containers that must be brought into being before `flush`; true if there is anything to flush. */
  prepare(genesis: ContainerRef[]): boolean
  /** Writes the net effect into the document. Only for containers that are there. */
  flush(): void
}

/** A container that can be made; counters are declared only. */
export interface NewNode extends EditNode {
  /** What to make. Only for containers that are not there. */
  content(): NewContainer
}

/** Whether a slot holds a container. */
export function isNode(slot: Slot): slot is NewNode {
  return typeof slot === "object" && slot !== null
}
