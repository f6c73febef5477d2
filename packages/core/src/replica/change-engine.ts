import { isSynclineError } from "@syncline/clock"
import type { Operation } from "../document/operation.ts"
import type { EngineChange } from "../engine/engine.ts"
import type { DocumentState } from "./document-state.ts"
import { reload } from "./mend.ts"
import type { ReplicaCore } from "./replica-core.ts"

/**
 * Has the engine execute operations. What an engine refuses it refuses before it writes. Anything else (no stack or memory
 * left) may have come in the middle, and what is written and in no commit would be missing to all that is written later:
 * then the document is loaded again.
 *
 * @returns `undefined` when their net effect is none.
 * @throws what the engine throws.
 */
export function changeEngine(
  core: ReplicaCore,
  state: DocumentState,
  operations: readonly Operation[]
): EngineChange | undefined {
  if (operations.length === 0) return undefined
  try {
    return state.document.change(operations)
  } catch (error) {
    if (!isSynclineError(error)) reload(core, state).catch(() => {})
    throw error
  }
}
