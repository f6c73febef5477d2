import { isSynclineError, type SynclineError } from "@syncline/clock"
import { deepEqualJson } from "@syncline/diff/json"
import type { CollectionRules } from "../document/collection-rules.ts"
import type { DocumentId } from "../document/document-id.ts"
import { recordStages } from "../document/draft/record-draft.ts"
import type { JsonObject } from "../document/json.ts"
import type { KindReader, Operation } from "../document/operation.ts"
import type { DocumentState } from "./document-state.ts"
import type { LocalEdit, PlannedEdit } from "./local-edit.ts"
import { acceptsEdits, planRuledEdit, planRuledUpgrade } from "./ruled-edit.ts"
import { type PredefinedFields, predefinedFields, pristineMap } from "../document/predefined.ts"
import { previewOperations } from "../document/preview.ts"
import { upgradeStage, versionOf } from "../document/schema-version.ts"
import type { Shape } from "../document/shape.ts"
import { type ValidationIssue, validateValue } from "../document/validation.ts"
import type { EngineDocument } from "../engine/engine.ts"
import { coreError } from "../errors/core-error.ts"

/** What an app sees of what an engine holds. */
export interface Viewed {
  readonly raw: JsonObject
  /** Upgraded, where it is older than the app. */
  readonly value: JsonObject
  /** Of what is held; the app's own where there is nothing that could be of another. */
  readonly version: number
  /** Nothing but what the collection predefines, and a version. */
  readonly isEmpty: boolean
  /** Why it is not upgraded. */
  readonly error?: SynclineError
}

/** What changed for who watches over documents. */
export type ViewEvent =
  | { readonly type: "valid" }
  | { readonly type: "invalid"; readonly issues: readonly ValidationIssue[] }
  | { readonly type: "upgrade-failed"; readonly error: SynclineError }

/** A document under the rules of its collection: upgraded where it is old, and judged. Worked out once for each value. */
export class DocumentView {
  readonly rules: CollectionRules
  readonly #id: DocumentId
  readonly #fields: PredefinedFields
  readonly #pristine: JsonObject
  readonly #issues = new WeakMap<JsonObject, readonly ValidationIssue[]>()
  #last: Viewed | undefined
  #wasValid = true
  #hadFailed = false

  constructor(id: DocumentId, rules: CollectionRules, shape: Shape) {
    this.rules = rules
    this.#id = id
    this.#fields = predefinedFields(shape)
    this.#pristine = pristineMap(this.#fields)
  }

  /** What an engine's document holds now. */
  of(document: EngineDocument): Viewed {
    const raw = document.value()
    if (this.#last?.raw !== raw) this.#last = this.view(raw, document.kindAt)
    return this.#last
  }

  /** A value as the app would see it. */
  view(raw: JsonObject, kindAt: KindReader): Viewed {
    const isEmpty = this.#isEmpty(raw)
    const { version } = this.rules
    if (version === undefined) return { raw, value: raw, version: 1, isEmpty }
    const held = isEmpty ? Math.max(version.current, versionOf(version, raw)) : versionOf(version, raw)
    const seen = { raw, value: raw, version: held, isEmpty }
    if (held >= version.current) return seen
    try {
      const operations = recordStages(raw, kindAt, [upgradeStage(version, held)], this.#fields).flat()
      return { ...seen, value: previewOperations(raw, operations, this.#fields) }
    } catch (cause) {
      return { ...seen, error: upgradeError(this.#id, cause) }
    }
  }

  /**
   * What is wrong with a value; nothing without a schema. Worked out once for each value.
   *
   * @throws SynclineError `validator-async`; whatever the validator throws
   */
  issuesOf(value: JsonObject): readonly ValidationIssue[] {
    const { schema } = this.rules
    if (schema === undefined) return []
    const known = this.#issues.get(value) ?? validateValue(schema, value)
    this.#issues.set(value, known)
    return known
  }

  /** As `issuesOf`; a validator that throws is an issue itself. */
  flaggedIssues(value: JsonObject): readonly ValidationIssue[] {
    try {
      return this.issuesOf(value)
    } catch (error) {
      return [{ path: [], message: error instanceof Error ? error.message : String(error) }]
    }
  }

  /** See `planEdit`. */
  planEdit(state: DocumentState, fields: PredefinedFields, edit: LocalEdit): PlannedEdit {
    return planRuledEdit(state, this, fields, edit)
  }

  /** See `planUpgrade`. */
  planUpgrade(state: DocumentState, fields: PredefinedFields, stampsEmpty: boolean): readonly Operation[] {
    return planRuledUpgrade(state, this, fields, stampsEmpty)
  }

  /** Whether the app may edit a document at all: it knows its version, and can upgrade it. */
  acceptsEdits(document: EngineDocument): boolean {
    return acceptsEdits(this, document)
  }

  /** Says that a value is as good as another one that is equal. */
  adoptIssues(value: JsonObject, equal: JsonObject): void {
    const known = this.#issues.get(equal)
    if (known !== undefined) this.#issues.set(value, known)
  }

  /** What has changed since the last call. Validates, where there is a schema. */
  takeEvents(document: EngineDocument): readonly ViewEvent[] {
    const { value, error } = this.of(document)
    const issues = this.flaggedIssues(value)
    const events: ViewEvent[] = []
    if (error !== undefined && !this.#hadFailed) events.push({ type: "upgrade-failed", error })
    if (issues.length > 0 && this.#wasValid) events.push({ type: "invalid", issues })
    if (issues.length === 0 && !this.#wasValid) events.push({ type: "valid" })
    this.#hadFailed = error !== undefined
    this.#wasValid = issues.length === 0
    return events
  }

  #isEmpty(raw: JsonObject): boolean {
    return Object.entries(raw).every(([key, member]) => {
      if (key === this.rules.version?.field) return true
      const pristine = Object.hasOwn(this.#pristine, key) ? this.#pristine[key] : undefined
      return pristine !== undefined && deepEqualJson(pristine, member)
    })
  }
}

/** An error about upgrading a document, whatever it was. */
function upgradeError(document: DocumentId, cause: unknown): SynclineError {
  const known = isSynclineError(cause, "upgrade-failed")
  const version = known ? cause.details["version"] : undefined
  return coreError(
    "upgrade-failed",
    `"${document}" could not be upgraded and shows as it is stored: ${cause instanceof Error ? cause.message : String(cause)}; mend the collection's upgrades`,
    {
      cause: known ? cause.cause : cause,
      details: { document, ...(version === undefined ? {} : { version }) }
    }
  )
}
