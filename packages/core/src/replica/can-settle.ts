import type { DocumentState } from "./document-state.ts"

/** Whether a replica may settle something in this document now. */
export function canSettle(state: DocumentState): boolean {
  return (
    state.blocked === undefined &&
    !state.damaged &&
    !state.meta.deleted &&
    state.view?.acceptsEdits(state.document) !== false
  )
}
