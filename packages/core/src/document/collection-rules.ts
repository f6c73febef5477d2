import { coreError } from "../errors/core-error.ts"
import { type SchemaVersion, schemaVersion, type VersionOptions } from "./schema-version.ts"
import type { StandardSchema } from "./standard-schema.ts"

/** What a collection expects of its documents' values. */
export interface CollectionRules {
  readonly schema?: StandardSchema
  readonly version?: SchemaVersion
}

/** The options of a collection that are rules. */
export interface RuleOptions extends VersionOptions {
  readonly schema?: StandardSchema | undefined
}

/**
 * Checks the options; `undefined` where there are none.
 *
 * @throws SynclineError `shape-invalid`
 */
export function collectionRules(
  options: RuleOptions,
  declared: readonly string[]
): CollectionRules | undefined {
  const { schema } = options
  const version = schemaVersion(options, declared)
  if (schema === undefined) return version === undefined ? undefined : { version }
  // Validators of arktype are functions.
  const standard = (schema as Partial<StandardSchema> | null)?.["~standard"]
  if (typeof standard?.validate !== "function")
    throw coreError(
      "shape-invalid",
      "the schema of the collection is no Standard Schema (https://standardschema.dev); zod, valibot and arktype make them"
    )
  return version === undefined ? { schema } : { schema, version }
}

/** Whether two declarations expect the same. Schemas are the same only where they are one object; upgrades are not compared. */
export function equalRules(a: CollectionRules | undefined, b: CollectionRules | undefined): boolean {
  return (
    a?.schema === b?.schema &&
    a?.version?.current === b?.version?.current &&
    a?.version?.field === b?.version?.field &&
    a?.version?.whenNewer === b?.version?.whenNewer
  )
}
