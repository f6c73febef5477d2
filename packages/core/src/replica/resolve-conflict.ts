import type { Dot } from "@syncline/clock"
import type { Conflict } from "../conflict/conflict.ts"
import { answerTo } from "../conflict/resolution.ts"
import { withAnswers } from "../conflict/resolution-note.ts"
import { sideShown } from "../conflict/shown-side.ts"
import type { JsonObject } from "../document/json.ts"
import type { DocumentState, PendingCommit } from "./document-state.ts"
import { DocumentWriter } from "./document-writer.ts"
import type { LocalEdit } from "./local-edit.ts"
import { checkedAnnotations } from "./next-header.ts"
import type { ReplicaCore } from "./replica-core.ts"

/** Settles a conflict by an edit, or by leaving things as they are; see `Document.resolve`. Annotations have been checked. */
export async function resolveConflict(
  core: ReplicaCore,
  state: DocumentState,
  conflict: Conflict,
  edit: LocalEdit | undefined,
  meta: JsonObject | undefined
): Promise<PendingCommit> {
  await core.conflicts.prepare(state)
  const writer = new DocumentWriter(core, state)
  writer.assertWritable()
  const annotate = annotator(conflict, meta)
  return writer.answer(edit, {
    before: annotate(conflict.winner),
    after: () => annotate(sideShown(conflict, state.document.value()))
  })
}

/** Annotations of a resolution, by whose work shows after it. */
function annotator(conflict: Conflict, meta: JsonObject | undefined): (shows: Dot | undefined) => JsonObject {
  const answer = answerTo(conflict)
  return shows =>
    checkedAnnotations(withAnswers([{ ...answer, ...(shows === undefined ? {} : { shows }) }], meta))
}
