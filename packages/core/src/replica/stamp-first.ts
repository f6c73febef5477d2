import { isSynclineError } from "@syncline/clock"
import { upgradeNote } from "../history/upgrade-note.ts"
import type { DocumentState } from "./document-state.ts"
import type { ReplicaCore } from "./replica-core.ts"

/**
 * Says in a document that began with an edit through `native` which version of its schema that was: an editor does not, and
 * a document that says nothing is taken for one of version 1.
 */
export function stampFirst(core: ReplicaCore, state: DocumentState): void {
  const version = state.view?.rules.version
  if (version === undefined || Object.hasOwn(state.document.value(), version.field)) return
  const { field, current } = version
  try {
    const content = { kind: "register", value: current } as const
    const change = state.document.change([{ op: "set", path: [field], content }])
    const meta = upgradeNote(current)
    if (change !== undefined)
      core.commit(state, { kind: "change", change, origin: "local", meta, isUpkeep: true })
  } catch (error) {
    // A listener of the editor's wrote inside another change. `ensureContainer` beforehand is the sure way.
    if (!isSynclineError(error, "transaction-open")) throw error
  }
}
