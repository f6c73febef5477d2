import type { DocumentState } from "./document-state.ts"
import { acceptsEdits } from "./local-edit.ts"

/** Whether a replica may settle something in this document now. */
export function canSettle(state: DocumentState): boolean {
  return state.blocked === undefined && !state.damaged && !state.meta.deleted && acceptsEdits(state)
}
