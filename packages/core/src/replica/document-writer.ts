import { isSynclineError } from "@syncline/clock"
import type { JsonObject } from "../document/json.ts"
import type { ContainerKind } from "../document/shape.ts"
import type { Operation } from "../document/operation.ts"
import type { PredefinedFields } from "../document/predefined.ts"
import type { EngineChange } from "../engine/engine.ts"
import { outermostPaths } from "../engine/outermost-paths.ts"
import { coreError } from "../errors/core-error.ts"
import { upgradeNote } from "../history/upgrade-note.ts"
import { changeEngine } from "./change-engine.ts"
import type { DocumentState, PendingCommit } from "./document-state.ts"
import { type LocalEdit, type PlannedEdit, planEdit, planUpgrade } from "./local-edit.ts"
import type { LocalChange } from "./local-change.ts"
import type { ReplicaCore } from "./replica-core.ts"

/** What the commit that answers something is annotated with. */
export interface Answer {
  /** Where the edit changes nothing. */
  readonly before: JsonObject
  /** Where it does, by what shows then. Default: the same. */
  readonly after?: () => JsonObject
  /** Made by a policy: nobody's own work, to be undone. */
  readonly isUpkeep?: boolean
}

/** What goes with the commit of an edit. */
export type Accompaniment = Pick<LocalChange, "meta" | "values">

/** The way from a local edit to a commit: whether it may be made, what it does to the engine, and the commit. */
export class DocumentWriter {
  readonly #core: ReplicaCore
  readonly #state: DocumentState

  constructor(core: ReplicaCore, state: DocumentState) {
    this.#core = core
    this.#state = state
  }

  /**
   * Makes an edit, by one commit; after one that upgrades the document, where it is old. Annotations have been checked.
   *
   * @returns `undefined` when it changed nothing.
   * @throws SynclineError as `Document.change` does; nothing has changed then
   */
  edit(edit: LocalEdit, { meta, values }: Accompaniment = {}): PendingCommit | undefined {
    this.assertWritable()
    return this.#commitPlanned(planEdit(this.#state, this.#fields, edit), () => meta, { values })
  }

  /** As `edit`, and makes a commit also where nothing is changed. */
  answer(edit: LocalEdit | undefined, { before, after, isUpkeep = false }: Answer): PendingCommit {
    this.assertWritable()
    const planned = edit === undefined ? undefined : planEdit(this.#state, this.#fields, edit)
    const pending = planned && this.#commitPlanned(planned, after ?? (() => before), { isUpkeep })
    return pending ?? this.#core.commitWith(this.#state, "change", undefined, before, isUpkeep)
  }

  /** Brings an old document to the version of its collection, by a commit of its own, if it is not there. */
  upgrade(stampsEmpty = false): PendingCommit | undefined {
    this.assertWritable()
    const operations = planUpgrade(this.#state, this.#fields, stampsEmpty)
    const change = operations.length === 0 ? undefined : this.#upgradeEngine(operations)
    return change === undefined ? undefined : this.#commitUpgrade(change)
  }

  /** Brings predefined containers into being, in an upgraded document. */
  establish(path: readonly string[], kind: ContainerKind): void {
    // What an editor then writes says of no version.
    this.upgrade(true)
    const change = this.#state.document.establish([{ path, kind }])
    if (change !== undefined) this.#core.commit(this.#state, { kind: "change", change, origin: "local" })
  }

  /** @throws SynclineError `replica-closed`, `document-blocked` */
  assertNotBlocked(): void {
    this.#core.assertOpen()
    const { id, blocked, damaged } = this.#state
    if (damaged && blocked === undefined)
      throw coreError(
        "document-blocked",
        `"${id}" is being loaded again after bad bytes came in or a change broke off; try again in a moment`,
        { details: { document: id } }
      )
    if (blocked !== undefined)
      throw coreError(
        "document-blocked",
        `"${id}" takes no changes since an append failed (${blocked.code}); retry() or discard() it`,
        { cause: blocked, details: { document: id } }
      )
  }

  /** @throws SynclineError `document-deleted`, and as `assertNotBlocked` does */
  assertWritable(): void {
    this.assertNotBlocked()
    const { id, meta } = this.#state
    if (meta.deleted)
      throw coreError("document-deleted", `"${id}" is deleted; undelete() it before changing it`, {
        details: { document: id }
      })
  }

  get #fields(): PredefinedFields {
    return this.#core.fieldsOf(this.#state.id)
  }

  #commitPlanned(
    { upgrade, operations, preview }: PlannedEdit,
    metaOf: () => JsonObject | undefined,
    how: Pick<LocalChange, "isUpkeep" | "values">
  ): PendingCommit | undefined {
    if (operations.length === 0) return undefined
    const { document, view } = this.#state
    const first = upgrade.length === 0 ? undefined : this.#upgradeEngine(upgrade)
    let change: EngineChange | undefined
    try {
      change = this.#changeEngine(operations)
    } finally {
      // Both are in the engine and on record before anybody hears of one: who hears may write, on top of both.
      if (first !== undefined) this.#commitUpgrade(change === undefined ? first : { ...first, paths: [] })
    }
    if (change === undefined) return undefined
    if (preview !== undefined) view?.adoptIssues(view.of(document).value, preview)
    const meta = metaOf()
    const annotations = meta === undefined ? {} : { meta }
    return this.#core.commit(this.#state, {
      kind: "change",
      change: first === undefined ? change : withPathsOf(first, change),
      origin: "local",
      ...how,
      ...annotations
    })
  }

  #commitUpgrade(change: EngineChange): PendingCommit {
    const meta = upgradeNote(this.#state.view?.rules.version?.current ?? 1)
    return this.#core.commit(this.#state, { kind: "change", change, origin: "local", meta, isUpkeep: true })
  }

  #upgradeEngine(operations: readonly Operation[]): EngineChange | undefined {
    try {
      return this.#changeEngine(operations)
    } catch (cause) {
      if (!isSynclineError(cause) || isSynclineError(cause, "transaction-open")) throw cause
      throw coreError(
        "upgrade-failed",
        `"${this.#state.id}" could not be upgraded: ${cause.message}; mend the collection's upgrades`,
        { cause, details: { document: this.#state.id } }
      )
    }
  }

  #changeEngine(operations: readonly Operation[]): EngineChange | undefined {
    return changeEngine(this.#core, this.#state, operations)
  }
}

function withPathsOf(first: EngineChange, change: EngineChange): EngineChange {
  return { ...change, paths: outermostPaths([...first.paths, ...change.paths]) }
}
