import type { Conflict, ConflictKind, ConflictState } from "../conflict/conflict.ts"
import { engineRule } from "../conflict/policy-table.ts"
import { parseDocumentId } from "../document/document-id.ts"
import type { ConflictEvent } from "./conflict-event.ts"
import { documentPrefix, loadConflict, storedConflicts } from "./conflict-values.ts"
import type { ReplicaCore } from "./replica-core.ts"

/** Which conflicts are asked for; all that is given must hold. */
export interface ConflictFilter {
  readonly document?: string
  readonly collection?: string
  readonly kind?: ConflictKind
  readonly state?: ConflictState
  /** The name of the policy that is for them here, such as `manual`; `engine` where none is. */
  readonly policy?: string
}

/**
 * The conflicts a replica knows: of what it held commit by commit, beyond each document's snapshot. Kept in the store,
 * written in the transaction of the commits that made them, as many for each document as `retainConflicts` says.
 */
export class Conflicts {
  readonly #core: ReplicaCore

  /** Comes with a replica: `replica.conflicts`. */
  constructor(core: ReplicaCore) {
    this.#core = core
  }

  /**
   * Durable records, by document in ascending order (UTF-8 bytes), then by id. Strictly after the record `after`, to go on
   * where a page ended. Read in pages as they are asked for.
   *
   * @throws SynclineError `document-id-invalid`, `replica-closed`, `store-corrupt`
   */
  async *list(
    filter: ConflictFilter = {},
    after?: Pick<Conflict, "document" | "id">
  ): AsyncIterable<Conflict> {
    this.#core.assertOpen()
    const prefix = prefixOf(filter)
    const from = after === undefined ? prefix : `${documentPrefix(after.document)}${after.id}`
    for await (const conflict of storedConflicts(this.#core.session, prefix, from))
      if (isWanted(conflict, filter) && this.#isFor(filter.policy, conflict)) yield conflict
  }

  #isFor(policy: string | undefined, conflict: Conflict): boolean {
    const { settler } = this.#core
    return policy === undefined || (settler?.policyName(conflict) ?? engineRule) === policy
  }

  /** One durable record, as long as it is kept. */
  async get(document: string, id: string): Promise<Conflict | undefined> {
    this.#core.assertOpen()
    return loadConflict(this.#core.session, parseDocumentId(document), id)
  }

  /** Calls back for each record that is found, grows, is resolved or goes, when that is durable, until the returned function is called. */
  subscribe(listener: (event: ConflictEvent) => void): () => void {
    return this.#core.conflicts.changes.on(listener)
  }
}

function prefixOf({ document, collection }: ConflictFilter): string {
  if (document !== undefined) return documentPrefix(parseDocumentId(document))
  return collection === undefined ? "" : `${collection}/`
}

function isWanted({ document, kind, state }: Conflict, filter: ConflictFilter): boolean {
  if (filter.state !== undefined && filter.state !== state) return false
  const inCollection = filter.collection === undefined || document.startsWith(`${filter.collection}/`)
  return inCollection && (filter.kind === undefined || filter.kind === kind)
}
