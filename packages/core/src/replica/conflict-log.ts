import type { ActorId, Dot } from "@syncline/clock"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import type { Conflict } from "../conflict/conflict.ts"
import { isResolution } from "../conflict/resolution-note.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { ConflictEvent } from "./conflict-event.ts"
import { documentPrefix, storedConflicts } from "./conflict-values.ts"
import { DeferredPart } from "../deferred/deferred-part.ts"
import type { DocumentMeta } from "./document-meta.ts"
import type { DocumentState, FoundConflicts } from "./document-state.ts"
import { mend } from "./mend.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { EventHub } from "./replica-events.ts"

const finding = new DeferredPart("finding conflicts", () => import("./document-conflicts.ts"))

/**
 * Finds conflicts as commits come in. What is made here builds on all that is here, so only received commits are looked at;
 * and only where they and others do not know each other is anything read, built or written.
 */
export class ConflictLog {
  readonly changes: EventHub<ConflictEvent>
  readonly #core: ReplicaCore
  readonly #retain: number

  constructor(core: ReplicaCore, retain: number) {
    this.#core = core
    this.#retain = retain
    this.changes = new EventHub(error => core.events.emit({ type: "listener-failed", error }))
  }

  /** Whether these commits make it necessary to look for conflicts, and that is not prepared. O(dependencies). */
  isUnprepared(state: DocumentState, packed: readonly PackedCommit[]): boolean {
    if (!canPrepare(state)) return false
    return makesConcurrent(state.meta, packed) || packed.some(({ meta }) => isResolution(meta))
  }

  /** Reads what is here, if these commits make that necessary; without any, in any case. */
  async prepare(state: DocumentState, packed?: readonly PackedCommit[]): Promise<void> {
    const isNeeded = packed === undefined ? canPrepare(state) : this.isUnprepared(state, packed)
    if (!isNeeded) return
    state.conflicts = undefined
    // That it cannot be loaded now says nothing about the document.
    const { DocumentConflicts } = finding.loaded ?? (await finding.load())
    await state.engine.readyFootprints?.()
    try {
      const kept: Conflict[] = []
      for await (const one of storedConflicts(this.#core.session, documentPrefix(state.id))) kept.push(one)
      await mend(this.#core, state, stored => {
        state.conflicts = new DocumentConflicts(state, stored, kept, this.#retain)
      })
    } catch (error) {
      this.#core.assertOpen()
      this.#giveUp(state, error)
    }
  }

  /** Looks anew at a document that lost commits: what they made or settled is no more. Done when that is durable. */
  async refresh(state: DocumentState): Promise<void> {
    await this.prepare(state)
    const found = this.find(state, [])
    if (found === undefined) return
    try {
      await this.#core.writer.attach(found.values, undefined, new Set([state]))
      found.tell()
    } catch {
      // It is read again, and compared with what is stored, when it is looked at next.
      state.conflicts = undefined
    }
  }

  /** Takes in a commit made here, which is in no conflict but may settle some. */
  findSettled(state: DocumentState, commit: Commit): FoundConflicts | undefined {
    if (isResolution(commit.meta)) return this.find(state, [commit])
    if (state.conflicts?.isCurrent === true) state.conflicts.note(commit)
    return undefined
  }

  /** Takes in commits that the engine has just got; gives what is to be written with them. */
  find(state: DocumentState, commits: readonly Commit[]): FoundConflicts | undefined {
    if (state.conflicts?.isCurrent !== true) return undefined
    try {
      for (const commit of commits) state.conflicts.note(commit)
      const { values, written, gone } = state.conflicts.take()
      if (values.length === 0) return undefined
      return { values, tell: () => this.#tell(state.id, written, gone) }
    } catch (error) {
      this.#giveUp(state, error)
      return undefined
    }
  }

  #tell(document: DocumentId, written: readonly Conflict[], gone: readonly string[]): void {
    for (const id of gone) this.changes.emit({ type: "gone", document, id })
    for (const conflict of written) this.changes.emit({ type: "found", conflict })
  }

  /** The commits are fine: nothing of them is held back because of this. Until the document leaves memory it is not tried again. */
  #giveUp(state: DocumentState, error: unknown): void {
    state.conflicts = undefined
    state.isBeyondConflicts = true
    this.#core.events.emit({ type: "conflicts-unknown", document: state.id, error })
  }
}

function canPrepare(state: DocumentState): boolean {
  return state.conflicts?.isCurrent !== true && !state.isBeyondConflicts && tellsFootprints(state)
}

/** Whether documents of this engine tell what commits touched. */
function tellsFootprints({ document }: DocumentState): boolean {
  return document.footprints !== undefined
}

/** Whether, with these, some commits will not know each other: some do not build on all that is here when they come. */
function makesConcurrent(meta: DocumentMeta, packed: readonly PackedCommit[]): boolean {
  let tips: Map<ActorId, number> | undefined
  for (const { dot, dependencies } of packed) {
    if (dot.seq <= meta.seqOf(dot.actor)) continue
    tips ??= new Map([...meta.tips()].map(({ actor, seq }) => [actor, seq]))
    const cover = ({ actor, seq }: Dot): unknown => tips?.get(actor) === seq && tips.delete(actor)
    for (const dependency of dependencies) cover(dependency)
    tips.set(dot.actor, dot.seq)
    if (tips.size > 1) return true
  }
  return false
}
