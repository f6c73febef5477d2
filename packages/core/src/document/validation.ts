import { coreError } from "../errors/core-error.ts"
import type { JsonObject, Path } from "./json.ts"
import type { StandardSchema } from "./standard-schema.ts"

/** One thing that is wrong with a value. */
export interface ValidationIssue {
  /** Where, from the root; `[]` for the value as a whole. */
  readonly path: Path
  /** As the validator says it. */
  readonly message: string
}

/**
 * What a validator has against a value; nothing where it is valid.
 *
 * @throws SynclineError `validator-async`; whatever the validator throws
 */
export function validateValue(schema: StandardSchema, value: JsonObject): readonly ValidationIssue[] {
  const result = schema["~standard"].validate(value)
  if ("then" in result) {
    // It may fail, and what is wrong is said here.
    result.then(undefined, () => {})
    throw coreError(
      "validator-async",
      "the schema of the collection validates asynchronously, and a change is made at once; take what waits out of the schema (async refinements, transforms), and check it before the change"
    )
  }
  // Paths may be arrays of the library's own kind, whose `map` would make another such.
  return (result.issues ?? []).map(({ message, path }) => ({ message, path: Array.from(path ?? [], stepOf) }))
}

/**
 * Whether a value has issues that it had not before. Issues are told apart by where they are; elements of one list count
 * as one place, as they move when others come and go.
 */
export function addsIssues(before: readonly ValidationIssue[], after: readonly ValidationIssue[]): boolean {
  const known = new Map<string, number>()
  for (const issue of before) known.set(placeOf(issue), (known.get(placeOf(issue)) ?? 0) + 1)
  return after.some(issue => {
    const left = known.get(placeOf(issue)) ?? 0
    known.set(placeOf(issue), left - 1)
    return left === 0
  })
}

/** Why a change is refused. */
export function invalidValue(document: string, issues: readonly ValidationIssue[], cause?: unknown): Error {
  const [first] = issues
  const where = first === undefined || first.path.length === 0 ? "" : ` at "${first.path.join("/")}"`
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : ""
  return coreError(
    "value-invalid",
    `the change would leave "${document}" invalid${where}: ${first?.message ?? ""}${more}; nothing was changed`,
    { details: { document, issues }, ...(cause === undefined ? {} : { cause }) }
  )
}

function stepOf(step: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof step === "object" ? step.key : step
  return typeof key === "symbol" ? String(key) : key
}

function placeOf({ path }: ValidationIssue): string {
  return JSON.stringify(path.map(step => (typeof step === "number" ? 0 : step)))
}
