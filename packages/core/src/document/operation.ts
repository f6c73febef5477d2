import type { ContainerKind, RegisterValue } from "./shape.ts"
import type { Path } from "./json.ts"

/**
 * New content for a map key or list slot. Plain JSON becomes nested containers (objects: map, arrays: list) and
 * registers (everything else); `container` makes the container kind explicit where JSON cannot tell, as for text.
 */
export type Content =
  | { readonly kind: "register"; readonly value: null | boolean | number | string }
  | { readonly kind: "map"; readonly entries: ReadonlyMap<string, Content> }
  | { readonly kind: "list"; readonly items: readonly Content[] }
  | { readonly kind: "text"; readonly text: string }

/**
 * One step of a change, as recorded by a draft and executed by an engine. Steps are executed in order; the paths and
 * positions of each name the state that its predecessors left. Text positions are UTF-16 units.
 */
export type Operation =
  /** Sets a map key, replacing what is there. `path` ends in the key. Of a counter, a number is what to count to. */
  | { readonly op: "set"; readonly path: Path; readonly content: Content }
  /** Sets keys of the map at `path` to plain values, as one `set` after the other would; a key may come twice. */
  | {
      readonly op: "assign"
      readonly path: Path
      readonly keys: readonly string[]
      /** As many, for each key its own. */
      readonly values: readonly RegisterValue[]
    }
  /** Removes a map key. Of a declared register that means that its default shows. */
  | { readonly op: "remove"; readonly path: Path }
  /** Inserts into the list at `path`. */
  | { readonly op: "insert"; readonly path: Path; readonly index: number; readonly items: readonly Content[] }
  /** Deletes from the list at `path`. */
  | { readonly op: "delete"; readonly path: Path; readonly index: number; readonly count: number }
  /** Replaces a stretch of the text at `path`. */
  | {
      readonly op: "splice"
      readonly path: Path
      readonly index: number
      readonly remove: number
      readonly insert: string
    }
  /** Adds to the counter at `path`: a safe integer. */
  | { readonly op: "increment"; readonly path: Path; readonly by: number }

/** A predefined container of a collection's shape, by its path from the root. */
export interface ContainerRef {
  readonly path: readonly string[]
  readonly kind: ContainerKind
}

/** Reads what kind of thing an engine holds at a path; `undefined` where there is nothing. */
export interface KindReader {
  (path: Path): ContainerKind | "register" | undefined
  /**
   * The same for the keys of the map at a path, for who asks for many of them before the document changes; `undefined` where
   * there is no map. Absent: each path is asked for.
   */
  readonly within?: (path: Path) => ((key: string) => ContainerKind | "register" | undefined) | undefined
}

/** A change as subscribers see it: the paths whose value differs, outermost only, without repeats. */
export interface Change {
  readonly paths: readonly Path[]
  readonly origin: "local" | "native" | "remote"
}
