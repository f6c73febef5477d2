import { isSynclineError, type SynclineError } from "@syncline/clock"
import type { Version } from "../commit/version.ts"
import { recordDraft } from "../document/draft/record-draft.ts"
import type { Draft } from "../document/draft/draft.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject, Path } from "../document/json.ts"
import type { Change, Operation } from "../document/operation.ts"
import type { EngineChange } from "../engine/engine.ts"
import { coreError } from "../errors/core-error.ts"
import { CommitHandle, type WaitProjected } from "./commit-handle.ts"
import type { DocumentState, PendingCommit } from "./document-state.ts"
import { reload } from "./mend.ts"
import { checkedAnnotations } from "./next-header.ts"
import { discardPending, retryPending } from "./pending-work.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { TextField } from "./text-field.ts"

/** What may accompany a change. Kept in the commit's header, travels with it, is covered by its hash. */
export interface ChangeOptions {
  /** Annotations of the application, such as author and message. Plain JSON, at most 64 KiB. */
  readonly meta?: JsonObject
}

/**
 * An open document: read it, change it, watch it. Handles are cheap; two handles of one document are the same document.
 * A document which nobody holds may leave memory and is loaded again on demand.
 */
export class Document<Value extends object = JsonObject> {
  readonly #core: ReplicaCore
  readonly #state: DocumentState
  readonly #wait: WaitProjected

  /** Documents come from `replica.load`. */
  constructor(core: ReplicaCore, state: DocumentState, wait: WaitProjected) {
    this.#core = core
    this.#state = state
    this.#wait = wait
  }

  get id(): DocumentId {
    return this.#state.id
  }

  /**
   * The value now, local changes included: frozen, and the same object for every part that did not change. Of a deleted
   * document it is what undeleting would bring back.
   */
  get value(): Value {
    return this.#state.document.value() as unknown as Value
  }

  /** The version of `value`: pending commits included. */
  get version(): Version {
    return this.#state.meta.version
  }

  /** Whether the document is deleted: no commit here was unseen by the deletion. */
  get deleted(): boolean {
    return this.#state.meta.deleted
  }

  /** Whether it ever had a commit. */
  get exists(): boolean {
    return this.#state.meta.version.entries.length > 0
  }

  /** Why nothing more of this document reaches the store, if so; see `retry` and `discard`. */
  get blocked(): SynclineError | undefined {
    return this.#state.blocked
  }

  /**
   * The engine's own document, for editor bindings: a `Y.Doc` for Yjs. Edits made through it become commits. Predefined
   * containers exist in it once something uses them; `ensureContainer` makes sure.
   */
  get native(): unknown {
    return this.#state.document.native
  }

  /**
   * Makes a predefined container exist in `native`, so that an editor can be bound to it.
   *
   * @throws SynclineError `path-invalid` when the collection declares no container there, and as `change` does: it may
   *   take a commit, which would bring a deleted document back.
   */
  ensureContainer(...path: readonly string[]): void {
    this.#assertWritable()
    const kind = this.#state.document.kindAt(path)
    if (kind === undefined || kind === "register")
      throw coreError(
        "path-invalid",
        `"${path.join("/")}" is no container of "${this.id}"; declare it in the collection's fields`
      )
    const change = this.#state.document.establish([{ path, kind }])
    if (change !== undefined) this.#core.commit(this.#state, { kind: "change", change, origin: "local" })
  }

  /**
   * Changes the document: `edit` writes into a draft as into a plain object, what it wrote becomes one commit. If
   * `edit` throws, nothing happens. The value and subscribers see the change before this returns.
   *
   * @throws SynclineError `document-blocked`, `document-deleted`, `replica-closed`, `value-unsupported`, `path-invalid`,
   *   `draft-invalid` (also when `edit` itself changed the document otherwise)
   */
  change(edit: (draft: Draft<Value>) => void, options: ChangeOptions = {}): CommitHandle {
    this.#assertWritable()
    const { document } = this.#state
    const value = document.value()
    const operations = recordDraft(value, document.kindAt, edit)
    // What was recorded names positions in the value before.
    if (document.value() !== value)
      throw coreError(
        "draft-invalid",
        `"${this.id}" was changed from inside an edit of it; use the draft, or make one change after the other`,
        { details: { document: this.id } }
      )
    return this.#execute(operations, options)
  }

  /** A text container by its path, to be edited in place at the cost of the edit. */
  text(...path: Path): TextField {
    return new TextField(path, this.#state, (operation, options) => {
      this.#assertWritable()
      return this.#execute([operation], options)
    })
  }

  /** Deletes the document. Concurrent work of others brings it back; so does `undelete`. Content is kept until then. */
  delete(options: ChangeOptions = {}): CommitHandle {
    this.#assertWritable()
    return this.#handle(this.#core.commitBare(this.#state, "delete", checked(options).meta))
  }

  /** Brings a deleted document back as it was. Does nothing to a live one. */
  undelete(options: ChangeOptions = {}): CommitHandle {
    this.#assertNotBlocked()
    if (!this.deleted) return this.#handle(undefined)
    return this.#handle(this.#core.commitBare(this.#state, "undelete", checked(options).meta))
  }

  /** Calls back after every change with the outermost paths whose value differs, until the returned function is called. */
  subscribe(listener: (change: Change) => void): () => void {
    return this.#core.subscribe(this.#state, listener)
  }

  /** Tries to append again what could not be appended. Fulfilled once it is durable. */
  async retry(): Promise<void> {
    await retryPending(this.#core, this.#state)
  }

  /** Gives up the commits that could not be appended and shows the document as stored. `native` is a new object then. */
  async discard(): Promise<void> {
    await discardPending(this.#core, this.#state)
  }

  #execute(operations: readonly Operation[], options: ChangeOptions): CommitHandle {
    const meta = checked(options)
    const change = operations.length === 0 ? undefined : this.#changeEngine(operations)
    if (change === undefined) return this.#handle(undefined)
    return this.#handle(this.#core.commit(this.#state, { kind: "change", change, origin: "local", ...meta }))
  }

  #changeEngine(operations: readonly Operation[]): EngineChange | undefined {
    try {
      return this.#state.document.change(operations)
    } catch (error) {
      // What an engine refuses it refuses before it writes. Anything else (no stack or memory left) may have come in the
      // middle, and what is written and in no commit would be missing to all that is written later.
      if (!isSynclineError(error)) reload(this.#core, this.#state).catch(() => {})
      throw error
    }
  }

  #handle(pending: PendingCommit | undefined): CommitHandle {
    return new CommitHandle(pending, this.#wait)
  }

  #assertNotBlocked(): void {
    this.#core.assertOpen()
    const { blocked, damaged } = this.#state
    if (damaged && blocked === undefined)
      throw coreError(
        "document-blocked",
        `"${this.id}" is being loaded again after bad bytes came in or a change broke off; try again in a moment`,
        { details: { document: this.id } }
      )
    if (blocked !== undefined)
      throw coreError(
        "document-blocked",
        `"${this.id}" takes no changes since an append failed (${blocked.code}); retry() or discard() it`,
        {
          cause: blocked,
          details: { document: this.id }
        }
      )
  }

  #assertWritable(): void {
    this.#assertNotBlocked()
    if (this.deleted)
      throw coreError("document-deleted", `"${this.id}" is deleted; undelete() it before changing it`, {
        details: { document: this.id }
      })
  }
}

/** Annotations are looked at before anything changes: what cannot be read again must not get into a commit. */
function checked({ meta }: ChangeOptions): ChangeOptions {
  return meta === undefined ? {} : { meta: checkedAnnotations(meta) }
}
