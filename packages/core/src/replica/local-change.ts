import type { CommitKind } from "../commit/commit.ts"
import type { JsonObject } from "../document/json.ts"
import type { Change } from "../document/operation.ts"
import type { EngineChange } from "../engine/engine.ts"
import type { ValueWrite } from "../store/store.ts"

/** A local transaction to be committed. */
export interface LocalChange {
  readonly kind: CommitKind
  readonly change: EngineChange
  readonly origin: Change["origin"]
  readonly meta?: JsonObject | undefined
  /** Nobody's work, so nobody's to undo. */
  readonly isUpkeep?: boolean
  /** Written in the append of the commit. */
  readonly values?: readonly ValueWrite[] | undefined
}
