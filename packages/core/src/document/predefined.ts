import { genesisIdentity } from "../engine/genesis-identity.ts"
import { coreError } from "../errors/core-error.ts"
import type { JsonValue, Path } from "./json.ts"
import type { ContainerRef } from "./operation.ts"
import type { ContainerKind, Shape } from "./shape.ts"

/** A predefined container with everything that follows from its declaration. */
export interface Predefined {
  readonly ref: ContainerRef
  /** Under which its genesis is made. */
  readonly identity: number
  /** Its value while nobody has touched it; frozen. */
  readonly pristine: JsonValue
  /** What is predefined inside it; empty unless it is a map. */
  readonly fields: PredefinedFields
}

/** The predefined containers directly inside a map, by key in ascending order. */
export type PredefinedFields = ReadonlyMap<string, Predefined>

/** Nothing predefined. */
export const noFields: PredefinedFields = new Map()

/** Deep enough for any form; a declaration deeper than this is one that contains itself. */
const maxDepth = 32

const checked = new WeakMap<Shape, PredefinedFields>()

/**
 * What a document's shape predefines, as a tree; worked out once for each shape object.
 *
 * @throws SynclineError `shape-invalid` when the root is no map, a field name is empty or has a lone surrogate, fields
 *   nest more than 32 deep, or two containers hash to one identity (chance: one pair in 2³¹; rename one of them).
 */
export function predefinedFields(shape: Shape): PredefinedFields {
  const known = checked.get(shape)
  if (known !== undefined) return known
  if (shape.kind !== "map") throw coreError("shape-invalid", `a document is a map, not a ${shape.kind}`)
  const fields = readFields(shape.fields, [], new Map())
  checked.set(shape, fields)
  return fields
}

type Seen = Map<number, ContainerRef>

function readFields(
  shapes: Readonly<Record<string, Shape>>,
  parent: readonly string[],
  seen: Seen
): PredefinedFields {
  if (parent.length >= maxDepth)
    throw coreError("shape-invalid", `fields are nested more than ${maxDepth} deep at ${parent.join(".")}`)
  const entries = Object.entries(shapes).map(([name, shape]): [string, Predefined] => [
    name,
    readField({ path: [...parent, name], kind: shape.kind }, shape, seen)
  ])
  // By UTF-16 units, as keys are ordered in values.
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function readField(ref: ContainerRef, shape: Shape, seen: Seen): Predefined {
  const where = ref.path.join(".")
  const name = ref.path.at(-1) ?? ""
  if (name === "" || !name.isWellFormed())
    throw coreError("shape-invalid", `the name of field "${where}" is empty or has a lone surrogate`)
  const identity = genesisIdentity(ref)
  const other = seen.get(identity)
  if (other !== undefined)
    throw coreError(
      "shape-invalid",
      `fields "${where}" (${ref.kind}) and "${other.path.join(".")}" (${other.kind}) hash to one identity; rename one`
    )
  seen.set(identity, ref)
  const fields = shape.kind === "map" ? readFields(shape.fields, ref.path, seen) : noFields
  return { ref, identity, pristine: pristineValue(ref.kind, fields), fields }
}

function pristineValue(kind: ContainerRef["kind"], fields: PredefinedFields): JsonValue {
  if (kind === "text") return ""
  if (kind === "list") return Object.freeze([])
  // From entries, as an assignment to `__proto__` would set the prototype.
  return Object.freeze(Object.fromEntries([...fields].map(([name, field]) => [name, field.pristine])))
}

/** What is declared below a map that has these fields, at a path of keys; `undefined` where nothing is. */
export function declaredKind(fields: PredefinedFields, path: Path): ContainerKind | undefined {
  const [step, ...rest] = path
  const field = typeof step === "string" ? fields.get(step) : undefined
  if (field === undefined || rest.length === 0) return field?.ref.kind
  return declaredKind(field.fields, rest)
}
