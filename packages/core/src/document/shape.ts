/** What a container is. A `register` is no container: it holds one JSON scalar and is replaced whole. */
export type ContainerKind = "map" | "list" | "text"

/**
 * The containers a collection predefines, as a tree. They exist in every document of the collection from the start
 * (decision 8: deterministic genesis), so that replicas creating the same document offline edit the same containers.
 */
export type Shape =
  | { readonly kind: "text" }
  | { readonly kind: "list" }
  | { readonly kind: "map"; readonly fields: Readonly<Record<string, Shape>> }
