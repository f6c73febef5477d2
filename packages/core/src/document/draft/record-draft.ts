import { coreError } from "../../errors/core-error.ts"
import type { JsonObject } from "../json.ts"
import type { KindReader, Operation } from "../operation.ts"
import { noFields, type PredefinedFields } from "../predefined.ts"
import { type DraftMaker, Drafts } from "./drafts.ts"
import { listDraft } from "./list-draft.ts"
import { mapDraft } from "./map-draft.ts"
import { Recorder } from "./recorder.ts"

const maker: DraftMaker = { map: mapDraft, list: listDraft }

/** One of several edits that are recorded one after the other: writes into the draft, or records in other ways. */
export type Stage = (draft: object, drafts: Drafts) => unknown

/**
 * Runs an edit on a draft of a value and returns what it did, as operations that name positions and not just results.
 * Nothing is changed. Cost: what the edit touches; of a list it touches, a copy of the array.
 *
 * `edit` takes what the caller knows the value to be, as a `Draft`; `fields` are what the collection declares.
 *
 * @throws SynclineError `value-unsupported` for what no document can hold, `draft-invalid` for what no draft can do and
 *   for an edit that returns a promise; whatever `edit` throws. Nothing is recorded then.
 */
export function recordDraft(
  value: JsonObject,
  kindAt: KindReader,
  edit: (draft: never) => unknown,
  fields: PredefinedFields = noFields
): Operation[] {
  return recordStages(value, kindAt, [draft => edit(draft as never)], fields).flat()
}

/**
 * Runs edits one after the other, each on what those before it left, and returns what each did.
 *
 * @throws SynclineError as `recordDraft` does
 */
export function recordStages(
  value: JsonObject,
  kindAt: KindReader,
  stages: readonly Stage[],
  fields: PredefinedFields = noFields
): readonly (readonly Operation[])[] {
  const recorder = new Recorder(value, kindAt, fields)
  const drafts = new Drafts(recorder, maker)
  try {
    const draft = drafts.draftOf(recorder.root)
    return stages.map(stage => {
      const result = stage(draft, drafts)
      if (!isThenable(result)) return recorder.take()
      // It fails at its next use of the draft, and what is wrong is said here.
      result.then(undefined, () => {})
      throw coreError("draft-invalid", "an edit must be synchronous; await first, then change")
    })
  } finally {
    recorder.finish()
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function"
}
