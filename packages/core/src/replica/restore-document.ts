import type { CommitKind } from "../commit/commit.ts"
import type { Version } from "../commit/version.ts"
import type { JsonObject } from "../document/json.ts"
import type { RestorableState } from "../history/document-history.ts"
import type { PastState } from "../history/history-page.ts"
import { restoreOperations } from "../history/restore.ts"
import { withRevertNote } from "../history/revert-note.ts"
import { type CarriedState, carryState } from "../undo/carry.ts"
import type { OwnRun } from "../undo/undo-stack.ts"
import { changeEngine } from "./change-engine.ts"
import type { DocumentState, PendingCommit } from "./document-state.ts"
import { DocumentWriter } from "./document-writer.ts"
import { checkedAnnotations } from "./next-header.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { assertRestorable, withoutVersion } from "./ruled-edit.ts"

/** How a document comes to be what it was. */
interface Restoring {
  readonly meta: JsonObject | undefined
  /** The version of the schema stays what it is: only what was done to the content is taken back. */
  readonly keepsVersion: boolean
}

/** What may accompany a revert. Annotations have been checked. */
interface Reverting {
  readonly meta: JsonObject | undefined
  readonly signal: AbortSignal | undefined
}

/** Brings back what a document held at a version, by one commit; see `Document.revertTo`. */
export async function revertDocument(
  core: ReplicaCore,
  state: DocumentState,
  version: Version,
  { meta, signal }: Reverting
): Promise<PendingCommit | undefined> {
  const past = await core.histories.use(state, history => history.restorableAt(version, signal))
  new DocumentWriter(core, state).assertNotBlocked()
  const note = withRevertNote(state.id, past.version, meta)
  return restore(core, state, past, { meta: note, keepsVersion: false })
}

/** Reads what runs were, and then takes them back, the last first; see `UndoTarget.takeBack`. Annotations have been checked. */
export async function takeBack(
  core: ReplicaCore,
  state: DocumentState,
  runs: readonly OwnRun[],
  meta: JsonObject | undefined
): Promise<() => PendingCommit | undefined> {
  const pasts: { readonly base: PastState; readonly ours: RestorableState }[] = []
  for (const { before, after } of runs.toReversed())
    pasts.push(
      await core.histories.use(state, async history => ({
        base: await history.at(after),
        ours: await history.restorableAt(before)
      }))
    )
  return () => {
    const writer = new DocumentWriter(core, state)
    writer.assertNotBlocked()
    const { deleted } = state.meta
    const value = state.document.value()
    let target: CarriedState = { value, marked: value, deleted }
    for (const { base, ours } of pasts) target = carryState(base, ours, target)
    if (target.deleted === deleted) writer.assertWritable()
    return restore(core, state, target, { meta, keepsVersion: true })
  }
}

/** Makes the document what it is to be, by one commit. */
function restore(
  core: ReplicaCore,
  state: DocumentState,
  { value, marked, deleted }: CarriedState,
  { meta, keepsVersion }: Restoring
): PendingCommit | undefined {
  const { document, view, meta: facts } = state
  const all = restoreOperations(document.value(), document.kindAt, value, marked)
  const operations = keepsVersion ? withoutVersion(view?.rules.version, all) : all
  // Before anything changes: with a note, annotations may be more than a commit takes.
  const annotations = meta === undefined ? undefined : checkedAnnotations(meta)
  assertRestorable(state, core.fieldsOf(state.id), operations)
  const change = operations.length === 0 ? undefined : changeEngine(core, state, operations)
  const turns = deleted !== facts.deleted
  if (change === undefined && !turns) return undefined
  // A deletion has seen what comes with it; anything else would bring the document back.
  const kind: CommitKind = deleted ? "delete" : turns ? "undelete" : "change"
  return core.commitWith(state, kind, change, annotations)
}
