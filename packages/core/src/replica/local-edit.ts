import { recordStages, type Stage } from "../document/draft/record-draft.ts"
import type { JsonObject } from "../document/json.ts"
import type { Operation } from "../document/operation.ts"
import type { PredefinedFields } from "../document/predefined.ts"
import { coreError } from "../errors/core-error.ts"
import type { DocumentState } from "./document-state.ts"

/** What somebody wants to do to a document here: operations, or an edit that makes them. */
export type LocalEdit = Stage | readonly Operation[]

/** What is to be executed, one after the other. Nothing of it has happened. */
export interface PlannedEdit {
  /** Brings an old document to the app's version first; empty where that is not needed. */
  readonly upgrade: readonly Operation[]
  readonly operations: readonly Operation[]
  /** The value this leaves, where it had to be known. */
  readonly preview?: JsonObject
}

/**
 * Plans an edit: on the upgraded document, and only if the result is valid. Without rules that is recording it.
 *
 * @throws SynclineError `upgrade-failed`, `schema-newer`, `value-invalid`, `validator-async`, `path-invalid`, and what
 *   recording throws
 */
export function planEdit(state: DocumentState, fields: PredefinedFields, edit: LocalEdit): PlannedEdit {
  const { view } = state
  if (view !== undefined) return view.planEdit(state, fields, edit)
  return { upgrade: [], operations: record(state, fields, [edit]).at(0) ?? [] }
}

/** Brings an old document to the app's version, and if asked for gives an empty one its version; nothing where it has that. */
export function planUpgrade(
  state: DocumentState,
  fields: PredefinedFields,
  stampsEmpty: boolean
): readonly Operation[] {
  return state.view?.planUpgrade(state, fields, stampsEmpty) ?? []
}

/** What edits do to what a document holds, one on top of the other. Nothing of it has happened. */
export function record(
  state: DocumentState,
  fields: PredefinedFields,
  edits: readonly LocalEdit[]
): readonly (readonly Operation[])[] {
  // Plain operations make no draft.
  if (edits.every(edit => typeof edit !== "function")) return edits
  const { document } = state
  const before = momentOf(state)
  const value = document.view?.() ?? document.value()
  const stages = edits.map(edit => (typeof edit === "function" ? edit : () => undefined))
  const recorded = recordStages(value, document.kindAt, stages, fields)
  assertUntouched(state, before)
  return recorded.map((operations, at) => {
    const edit = edits[at]
    return edit === undefined || typeof edit === "function" ? operations : edit
  })
}

/** What a document is while something is recorded. */
export type Moment = Pick<DocumentState, "document" | "changes">

/** The moment now. */
export function momentOf({ document, changes }: DocumentState): Moment {
  return { document, changes }
}

/**
 * What was recorded names positions in the value before.
 *
 * @throws SynclineError `draft-invalid`
 */
export function assertUntouched({ id, document, changes }: DocumentState, before: Moment): void {
  if (document === before.document && changes === before.changes) return
  throw coreError(
    "draft-invalid",
    `"${id}" was changed from inside an edit of it; use the draft, or make one change after the other`,
    { details: { document: id } }
  )
}
