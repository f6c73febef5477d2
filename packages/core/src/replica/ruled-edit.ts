import { isSynclineError } from "@syncline/clock"
import { deepEqualJson } from "@syncline/diff/json"
import type { JsonObject } from "../document/json.ts"
import { jsonKinds } from "../document/json-kinds.ts"
import type { Operation } from "../document/operation.ts"
import type { PredefinedFields } from "../document/predefined.ts"
import { previewOperations } from "../document/preview.ts"
import { type SchemaVersion, upgradeStage } from "../document/schema-version.ts"
import { addsIssues, invalidValue, type ValidationIssue } from "../document/validation.ts"
import { cannotRemove } from "../engine/edit/edit-plan.ts"
import { coreError } from "../errors/core-error.ts"
import type { DocumentState } from "./document-state.ts"
import type { DocumentView, Viewed } from "./document-view.ts"
import { assertUntouched, type LocalEdit, momentOf, type PlannedEdit, record } from "./local-edit.ts"

/** `planEdit` where a collection has rules: on the upgraded document, and only if the result is valid. */
export function planRuledEdit(
  state: DocumentState,
  view: DocumentView,
  fields: PredefinedFields,
  edit: LocalEdit
): PlannedEdit {
  const before = momentOf(state)
  const seen = editable(state, view)
  const { version, schema } = view.rules
  const isOld = version !== undefined && seen.version < version.current
  const first = isOld ? upgradeStage(version, seen.version) : []
  const [upgrade = [], recorded = []] = record(state, fields, [first, edit])
  const operations = withoutVersion(version, recorded)
  if (operations.length === 0) return { upgrade: [], operations }
  const isNew = version !== undefined && seen.isEmpty && seen.raw[version.field] !== version.current
  if (schema === undefined && !isOld && !isNew) return { upgrade, operations }
  const preview = previewOperations(seen.raw, [...upgrade, ...operations], fields)
  // A document gets its version with its first content, not without any.
  if (isNew && deepEqualJson(preview, seen.raw)) return { upgrade, operations: [] }
  const stamped = isNew ? [...operations, versionOperation(version)] : operations
  const after = isNew ? previewOperations(preview, stamped.slice(-1)) : preview
  assertNotWorse(state, view, seen, after, () => assertKeepsFields(operations, fields))
  assertUntouched(state, before)
  return { upgrade, operations: stamped, preview: after }
}

/** `planUpgrade` where a collection has rules. */
export function planRuledUpgrade(
  state: DocumentState,
  view: DocumentView,
  fields: PredefinedFields,
  stampsEmpty: boolean
): readonly Operation[] {
  const { version } = view.rules
  if (version === undefined) return []
  const seen = editable(state, view)
  if (seen.isEmpty && (!stampsEmpty || seen.raw[version.field] === version.current)) return []
  if (seen.isEmpty) return [versionOperation(version)]
  if (seen.version >= version.current) return []
  return record(state, fields, [upgradeStage(version, seen.version)]).flat()
}

/**
 * Judges operations that bring back an earlier value, whatever version that is of.
 *
 * @throws SynclineError `schema-newer`, `value-invalid`, `validator-async`; `upgrade-failed` where the document could be
 *   upgraded before and not after
 */
export function assertRestorable(
  state: DocumentState,
  fields: PredefinedFields,
  operations: readonly Operation[]
): void {
  const { view } = state
  if (view === undefined || operations.length === 0) return
  const seen = view.of(state.document)
  assertNotNewer(state, view, seen)
  const preview = previewOperations(seen.raw, operations, fields)
  const after = view.view(preview, jsonKinds(preview))
  if (after.error !== undefined && seen.error === undefined) throw after.error
  assertNotWorse(state, view, seen, after.value)
}

/** Operations but those that write the version, which is not the application's to write. */
export function withoutVersion(
  version: SchemaVersion | undefined,
  operations: readonly Operation[]
): readonly Operation[] {
  if (version === undefined) return operations
  const { field } = version
  return operations.flatMap(operation =>
    operation.op === "assign" && operation.path.length === 0
      ? withoutKey(operation, field)
      : operation.path[0] === field
        ? []
        : [operation]
  )
}

function withoutKey(
  operation: Extract<Operation, { readonly op: "assign" }>,
  key: string
): readonly Operation[] {
  const { keys, values } = operation
  if (!keys.includes(key)) return [operation]
  const kept = keys.flatMap((each, at) => (each === key ? [] : [at]))
  if (kept.length === 0) return []
  return [{ ...operation, keys: kept.map(at => keys[at] ?? ""), values: kept.map(at => values[at] ?? null) }]
}

/** Whether the app may edit a document at all: it knows its version, and can upgrade it. */
export function acceptsEdits(view: DocumentView, document: DocumentState["document"]): boolean {
  const seen = view.of(document)
  return seen.error === undefined && !isTooNew(view, seen)
}

function editable(state: DocumentState, view: DocumentView): Viewed {
  const seen = view.of(state.document)
  if (seen.error !== undefined) throw seen.error
  assertNotNewer(state, view, seen)
  return seen
}

function assertNotNewer({ id }: DocumentState, view: DocumentView, seen: Viewed): void {
  if (!isTooNew(view, seen)) return
  const known = view.rules.version?.current
  throw coreError(
    "schema-newer",
    `"${id}" is of version ${seen.version}, and this app knows its collection up to ${known}; update the app before changing it`,
    { details: { document: id, version: seen.version, known } }
  )
}

function isTooNew({ rules: { version } }: DocumentView, seen: Viewed): boolean {
  return version !== undefined && version.whenNewer !== "allow" && seen.version > version.current
}

function assertNotWorse(
  state: DocumentState,
  view: DocumentView,
  seen: Viewed,
  after: JsonObject,
  sayMore: () => void = () => undefined
): void {
  const issues = issuesOf(state, view, after)
  if (issues.length === 0) return
  // What is not there yet has to be valid at once; what is there and is not may be mended step by step.
  const before = seen.isEmpty ? [] : issuesOf(state, view, seen.value)
  if (!addsIssues(before, issues)) return
  sayMore()
  throw invalidValue(state.id, issues)
}

/** An engine refuses to remove what is declared, and says why better than a schema that misses it. */
function assertKeepsFields(operations: readonly Operation[], fields: PredefinedFields): void {
  for (const { op, path } of operations) {
    let at: PredefinedFields | undefined = fields
    for (const step of path.slice(0, -1)) at = at?.get(String(step))?.fields
    if (op === "remove" && at?.has(String(path.at(-1)))) throw cannotRemove(path)
  }
}

function issuesOf({ id }: DocumentState, view: DocumentView, value: JsonObject): readonly ValidationIssue[] {
  try {
    return view.issuesOf(value)
  } catch (cause) {
    if (isSynclineError(cause, "validator-async")) throw cause
    const message = `the validator threw ${String(cause)}`
    throw invalidValue(id, [{ path: [], message }], cause)
  }
}

function versionOperation({ field, current }: SchemaVersion): Operation {
  return { op: "set", path: [field], content: { kind: "register", value: current } }
}
