import * as Y from "yjs"
import type { ContainerKind } from "../../document/shape.ts"
import { isCounter } from "./counter-content.ts"

/**
 * Which of our containers a shared type is; `undefined` for the XML types, which are read-only registers here.
 * By constructor, not `instanceof`: XML types extend the plain ones.
 */
export function sharedKind(value: unknown): ContainerKind | undefined {
  if (!(value instanceof Y.AbstractType)) return undefined
  switch (value.constructor) {
    case Y.Map:
      return isCounter(value as Y.Map<unknown>) ? "counter" : "map"
    case Y.Array:
      return "list"
    case Y.Text:
      return "text"
    default:
      return undefined
  }
}

/** A value of `Y.Map.get` or `Y.Array.get`, as the container it is. */
export type SharedContainer =
  | { readonly kind: "map"; readonly type: Y.Map<unknown> }
  | { readonly kind: "list"; readonly type: Y.Array<unknown> }
  | { readonly kind: "text"; readonly type: Y.Text }
  | { readonly kind: "counter"; readonly type: Y.Map<unknown> }

/** Narrows a value to the container it is; `undefined` for everything else. */
export function asContainer(value: unknown): SharedContainer | undefined {
  const kind = sharedKind(value)
  return kind === undefined ? undefined : ({ kind, type: value } as SharedContainer)
}
