import type { PolicyTable } from "../conflict/policy-table.ts"
import type { AuditFeature } from "../audit/audit-host.ts"
import type { CollectionRules } from "../document/collection-rules.ts"
import type { Shape } from "../document/shape.ts"
import type { Engine } from "../engine/engine.ts"
import type { Ports } from "../ports/ports.ts"
import type { StoreSession } from "../store/store.ts"
import type { ConflictSettler } from "./conflict-settler.ts"
import type { Identity } from "./identity.ts"

/** How the documents of a collection are made. */
export interface CollectionSetup {
  readonly engine: Engine
  readonly shape: Shape
  readonly rules?: CollectionRules
  /** What settles conflicts, where the engine is not to. */
  readonly policies?: PolicyTable
}

/** What a replica is made of. */
export interface ReplicaParts {
  readonly session: StoreSession
  /** 16 bytes. */
  readonly epoch: Uint8Array
  /** What documents are compared with strangers under; 32 bytes. */
  readonly unitSecret: Uint8Array
  readonly identity: Identity
  readonly ports: Ports
  readonly collections: ReadonlyMap<string, CollectionSetup>
  /** For collections that were not declared. */
  readonly fallback: CollectionSetup
  readonly memoryBudgetBytes: number
  readonly retainCommits: number
  readonly retainConflicts: number
  /** What settles conflicts by policies: code that a replica without any does not load. */
  readonly settling?: { readonly ConflictSettler: typeof ConflictSettler } | undefined
  readonly audit?: AuditFeature | undefined
}
