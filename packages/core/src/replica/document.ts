import type { SynclineError } from "@syncline/clock"
import type { JsonPatch } from "@syncline/diff/json"
import type { Version } from "../commit/version.ts"
import type { Conflict } from "../conflict/conflict.ts"
import { DeferredPart } from "../deferred/deferred-part.ts"
import type { Draft } from "../document/draft/draft.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject, Path } from "../document/json.ts"
import type { Change } from "../document/operation.ts"
import { patchStage } from "../document/patch/patch-stage.ts"
import type { ValidationIssue } from "../document/validation.ts"
import { coreError } from "../errors/core-error.ts"
import type { HistoryDiffOptions } from "../history/document-history.ts"
import type { HistoryOptions, HistoryPage, PastState } from "../history/history-page.ts"
import { assertUnreserved } from "../history/revert-note.ts"
import { UndoManager, type UndoOptions, type UndoTarget } from "../undo/undo-manager.ts"
import type { ValueWrite } from "../store/store.ts"
import type { OwnRun } from "../undo/undo-stack.ts"
import { checkedValues } from "./checked-values.ts"
import { CommitHandle, type WaitProjected } from "./commit-handle.ts"
import { CounterField, type CounterPath } from "./counter-field.ts"
import type { DocumentState, PendingCommit } from "./document-state.ts"
import { DocumentWriter } from "./document-writer.ts"
import { checkedAnnotations } from "./next-header.ts"
import { discardPending, retryPending } from "./pending-work.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { TextField } from "./text-field.ts"

const restoring = new DeferredPart("restoring what was", () => import("./restore-document.ts"))
const resolving = new DeferredPart("resolving conflicts", () => import("./resolve-conflict.ts"))

/** What may accompany a change. Kept in the commit's header, travels with it, is covered by its hash. */
export interface ChangeOptions {
  /** Annotations of the application, such as author and message. Plain JSON, at most 64 KiB; the key `syncline` is reserved. */
  readonly meta?: JsonObject
}

/** What may accompany an edit. */
export interface EditOptions extends ChangeOptions {
  /**
   * Small values (`replica.values`) that are written in the same append as the commit: after a crash both are there or neither is. Given up
   * with it by `discard`; not written where the edit changes nothing, and the handle has no `dot`. Under one key the value given last of
   * all that are written stands, whichever documents their commits are of: one whose commit is written after that is left out.
   *
   * For what must be known of a commit exactly once, such as where in a stream it came from: with a key for each document, whose commits are
   * written in the order they were made. Those of several documents are not: under a key they share, a value can lie whose commit is
   * written while an earlier one, of another document, is not and may never be (a crash in between, a blocked document, `discard`).
   */
  readonly values?: readonly ValueWrite[]
}

/** What may accompany a revert. */
export interface RevertOptions extends ChangeOptions {
  readonly signal?: AbortSignal
}

/**
 * An open document: read it, change it, watch it. Handles are cheap; two handles of one document are the same document.
 * A document which nobody holds may leave memory and is loaded again on demand.
 */
export class Document<Value extends object = JsonObject> {
  readonly #core: ReplicaCore
  readonly #state: DocumentState
  readonly #wait: WaitProjected
  readonly #writer: DocumentWriter

  /** Documents come from `replica.load`. */
  constructor(core: ReplicaCore, state: DocumentState, wait: WaitProjected) {
    this.#core = core
    this.#state = state
    this.#wait = wait
    this.#writer = new DocumentWriter(core, state)
  }

  get id(): DocumentId {
    return this.#state.id
  }

  /**
   * The value now, local changes included: frozen, and the same object for every part that did not change. Of a deleted
   * document it is what undeleting would bring back.
   */
  get value(): Value {
    return this.#state.value as unknown as Value
  }

  /** The version of `value`: pending commits included. */
  get version(): Version {
    return this.#state.meta.version
  }

  /**
   * What is wrong with `value` under the schema of the collection; empty when it is valid, without a schema, and before the
   * first commit. Local changes never add any: they came from others, or through `native`. Worked out once for each value.
   */
  get issues(): readonly ValidationIssue[] {
    return this.exists ? (this.#state.view?.flaggedIssues(this.#state.value) ?? []) : []
  }

  /**
   * Why an old document could not be brought to the version of its collection: `value` is as stored then, and it takes no
   * changes but `revertTo`, `delete` and what comes from others. Absent: it is what the collection says.
   */
  get upgradeError(): SynclineError | undefined {
    return this.#state.view?.of(this.#state.document).error
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
    this.#writer.assertWritable()
    const kind = this.#state.document.kindAt(path)
    if (kind === undefined || kind === "register")
      throw coreError(
        "path-invalid",
        `"${path.join("/")}" is no container of "${this.id}"; declare it in the collection's fields`
      )
    this.#writer.establish(path, kind)
  }

  /**
   * Changes the document: `edit` writes into a draft as into a plain object, what it wrote becomes one commit. If
   * `edit` throws, nothing happens. The value and subscribers see the change before this returns.
   *
   * @throws SynclineError `document-blocked`, `document-deleted`, `replica-closed`, `options-invalid`, `value-unsupported`, `path-invalid`,
   *   `draft-invalid` (also when `edit` itself changed the document otherwise)
   */
  change(edit: (draft: Draft<Value>) => void, options: EditOptions = {}): CommitHandle {
    this.#writer.assertWritable()
    const accompaniment = checkedEdit(options)
    return this.#handle(this.#writer.edit(draft => edit(draft as Draft<Value>), accompaniment))
  }

  /**
   * Settles a conflict: changes the document as `change` does, or leaves it as it is, and says in the commit which sides
   * that answers; for a side that is a resolution itself, what that answered. The record is resolved then, on every replica
   * that gets the commit, unless sides have joined it which the given one does not name. Of several resolutions of the
   * same that do not know each other, the engine chooses what shows; of those of different sides, one that names all
   * others' wins, and where none does there is a conflict to be settled.
   *
   * @throws SynclineError `options-invalid` for a conflict of another document, and as `change` does; it stays open then
   */
  async resolve(
    conflict: Conflict,
    edit?: (draft: Draft<Value>) => void,
    options: ChangeOptions = {}
  ): Promise<CommitHandle> {
    this.#writer.assertWritable()
    if (conflict.document !== this.id)
      throw coreError(
        "options-invalid",
        `the conflict is one of "${conflict.document}"; load that document and resolve it there, not in "${this.id}"`
      )
    const { meta } = checked(options)
    const stage = edit === undefined ? undefined : (draft: object) => edit(draft as Draft<Value>)
    return this.#handle(
      await resolving.use(({ resolveConflict }) =>
        resolveConflict(this.#core, this.#state, conflict, stage, meta)
      )
    )
  }

  /**
   * Brings an old document to the version of its collection now, by a commit of its own, where the first change would do it
   * otherwise. Does nothing to one that is there. Where content is moved between containers, one replica should do it.
   *
   * @throws SynclineError `upgrade-failed`, `schema-newer`, and as `change` does
   */
  upgrade(): CommitHandle {
    return this.#handle(this.#writer.upgrade())
  }

  /**
   * Changes the document by a JSON Patch (RFC 6902): all of it or nothing, by one commit. Each operation does just what it
   * says: a string that is a text gets splices, an element is inserted, what the patch does not name is not touched. A patch
   * of the root merges into it, as assigning every key does.
   *
   * @throws SynclineError `patch-invalid` and `patch-test-failed`, with the `index` and `path` of the operation as details,
   *   and as `change` does
   */
  patch(patch: JsonPatch, options: EditOptions = {}): CommitHandle {
    this.#writer.assertWritable()
    const accompaniment = checkedEdit(options)
    return this.#handle(this.#writer.edit(patchStage(patch), accompaniment))
  }

  /** A text container by its path, to be edited in place at the cost of the edit. */
  text(...path: Path): TextField {
    return new TextField(path, this.#state, (operation, options) => {
      this.#writer.assertWritable()
      return this.#handle(this.#writer.edit([operation], checked(options)))
    })
  }

  /**
   * A declared counter by its path, to be counted in steps: `document.counter("votes").increment()`.
   */
  counter(...path: CounterPath<Value>): CounterField {
    return new CounterField(path, this.#state, (operation, options) => {
      this.#writer.assertWritable()
      return this.#handle(this.#writer.edit([operation], checked(options)))
    })
  }

  /** Deletes the document. Concurrent work of others brings it back; so does `undelete`. Content is kept until then. */
  delete(options: ChangeOptions = {}): CommitHandle {
    this.#writer.assertWritable()
    return this.#handle(this.#core.commitBare(this.#state, "delete", checked(options).meta))
  }

  /** Brings a deleted document back as it was. Does nothing to a live one. */
  undelete(options: ChangeOptions = {}): CommitHandle {
    this.#writer.assertNotBlocked()
    if (!this.deleted) return this.#handle(undefined)
    return this.#handle(this.#core.commitBare(this.#state, "undelete", checked(options).meta))
  }

  /** Calls back after every change with the outermost paths whose value differs, until the returned function is called. */
  subscribe(listener: (change: Change) => void): () => void {
    return this.#core.subscribe(this.#state, listener)
  }

  /**
   * Lists commits, newest first: by time, but none before one it builds on. Replicas with equal commits list them alike.
   * What is folded into the base is not listed; pending commits are.
   *
   * The first call reads the log of the document once, page by page, and keeps about 170 bytes a commit; later ones read
   * what is new, and the records their entries are in.
   *
   * @throws SynclineError `options-invalid`, `aborted`, `replica-closed`, `document-blocked` while a rewritten log waits
   *   to be retried
   */
  history(options: HistoryOptions = {}): Promise<HistoryPage> {
    return this.#core.histories.use(this.#state, past => past.page(options))
  }

  /**
   * What the document held at a version: any at or after what is folded here, as long as it names commits that are here.
   * Exact, whatever was folded, reopened or received since.
   *
   * Cost: a walk over the document's commits in memory, and a replay of those between the version and the nearest place
   * known. One version after the other, forward or backward, stays cheap; jumping far back replays at most everything.
   *
   * @throws SynclineError `version-before-base`, `version-unknown`, `version-incomplete`, and as `history` does
   */
  async at(version: Version, signal?: AbortSignal): Promise<PastState<Value>> {
    const past = await this.#core.histories.use(this.#state, history => history.at(version, signal))
    return past as unknown as PastState<Value>
  }

  /**
   * What turns the value at one version into the value at another, as a JSON Patch (RFC 6902) which says every change
   * where it is. Versions may lie in any order, or beside each other.
   *
   * @throws SynclineError as `at` does, and what `diffJson` throws: `json-diff-key-unsafe` for a changed key `__proto__`
   */
  diff(from: Version, to: Version, options: HistoryDiffOptions = {}): Promise<JsonPatch> {
    return this.#core.histories.use(this.#state, past => past.diff(from, to, options))
  }

  /**
   * Brings back what the document held at a version, deleted or not, by one new commit: nothing is taken out of history,
   * and what others write meanwhile merges. Containers that are still there are edited inside; rich text gets its
   * characters back and not its marks. The commit's history entry says which version it `reverted` to.
   *
   * @throws SynclineError as `at` does, `document-blocked`
   */
  async revertTo(version: Version, options: RevertOptions = {}): Promise<CommitHandle> {
    const { meta } = checked(options)
    const { signal } = options
    return this.#handle(
      await restoring.use(({ revertDocument }) =>
        revertDocument(this.#core, this.#state, version, { meta, signal })
      )
    )
  }

  /**
   * Takes back what was done here, step by step, and does it again, while what others do stays: undo and redo for one
   * author. It begins with what is done from now on; `close` ends it.
   */
  undoManager(options: UndoOptions = {}): UndoManager {
    const { ownCommits } = this.#state
    const target: UndoTarget = {
      nowMs: () => this.#core.ports.time.nowMs(),
      onOwnCommit: listener => {
        ownCommits.add(listener)
        return () => ownCommits.delete(listener)
      },
      takeBack: (runs, meta) => this.#takeBack(runs, checked(meta === undefined ? {} : { meta }).meta)
    }
    return new UndoManager(target, options)
  }

  /** Tries at once what could not be appended, which otherwise is tried again later and later. Fulfilled once it is durable. */
  async retry(): Promise<void> {
    await retryPending(this.#core, this.#state)
  }

  /** Gives up the commits that could not be appended and shows the document as stored. `native` is a new object then. */
  async discard(): Promise<void> {
    await discardPending(this.#core, this.#state)
  }

  async #takeBack(runs: readonly OwnRun[], meta: JsonObject | undefined): Promise<() => CommitHandle> {
    const write = await restoring.use(({ takeBack }) => takeBack(this.#core, this.#state, runs, meta))
    return () => this.#handle(write())
  }

  #handle(pending: PendingCommit | undefined): CommitHandle {
    return new CommitHandle(pending, this.#wait)
  }
}

function checkedEdit({ values, ...options }: EditOptions): EditOptions {
  return { ...checked(options), ...(values !== undefined && { values: checkedValues(values) }) }
}

/** Annotations are looked at before anything changes: what cannot be read again must not get into a commit. */
function checked({ meta }: ChangeOptions): ChangeOptions {
  if (meta === undefined) return {}
  assertUnreserved(meta)
  return { meta: checkedAnnotations(meta) }
}
