import type { TextSplice } from "../text/text-splice.ts"

/**
 * A JSON Patch (RFC 6902): operations applied one after the other, each to what the one before it left. Paths are JSON
 * Pointers (RFC 6901).
 */
export type JsonPatch = readonly JsonPatchOperation[]

/** One operation of RFC 6902. */
export type JsonPatchOperation =
  | AddOperation
  | RemoveOperation
  | ReplaceOperation
  | MoveOperation
  | CopyOperation
  | TestOperation

/** Sets a member or the root, or inserts an element before the one now at an index (`-`: after the last). */
export interface AddOperation {
  readonly op: "add"
  readonly path: string
  readonly value: unknown
}

/** Takes away what is at `path`, which must exist. */
export interface RemoveOperation {
  readonly op: "remove"
  readonly path: string
}

/** Puts `value` in the place of what is at `path`, which must exist. */
export interface ReplaceOperation {
  readonly op: "replace"
  readonly path: string
  readonly value: unknown
}

/** Removes what is at `from` and adds it at `path`, whose indices count after the removal. */
export interface MoveOperation {
  readonly op: "move"
  readonly from: string
  readonly path: string
}

/** Adds at `path` what is at `from`. */
export interface CopyOperation {
  readonly op: "copy"
  readonly from: string
  readonly path: string
}

/** Fails the whole patch unless `value` is at `path`. */
export interface TestOperation {
  readonly op: "test"
  readonly path: string
  readonly value: unknown
}

/**
 * Extension of ours, outside RFC 6902 and never made unless asked for: edits inside the string at `path`, in UTF-16 code
 * units, ascending, each counting in the string as the splices before it left it.
 */
export interface SpliceOperation {
  readonly op: "splice"
  readonly path: string
  readonly splices: readonly TextSplice[]
}

/** An operation of RFC 6902, or our extension. */
export type ExtendedOperation = JsonPatchOperation | SpliceOperation

/** A JSON Patch that may hold {@link SpliceOperation}s. */
export type ExtendedJsonPatch = readonly ExtendedOperation[]
