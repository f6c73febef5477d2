import { genesisIdentity } from "../engine/genesis-identity.ts"
import { coreError } from "../errors/core-error.ts"
import type { JsonObject, JsonValue, Path } from "./json.ts"
import type { ContainerRef } from "./operation.ts"
import type { ContainerKind, RegisterShape, RegisterValue, Shape, ShapeFields } from "./shape.ts"

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

/** The predefined containers directly inside a map, by key in ascending order, and the registers declared there. */
export interface PredefinedFields extends ReadonlyMap<string, Predefined> {
  /** What each register shows while its key is absent; `undefined` for nothing. */
  readonly registers: ReadonlyMap<string, RegisterValue | undefined>
}

/** Nothing predefined. */
export const noFields: PredefinedFields = Object.assign(new Map<string, Predefined>(), {
  registers: new Map<string, RegisterValue | undefined>()
})

/** Deep enough for any form; a declaration deeper than this is one that contains itself. */
const maxDepth = 32

const checked = new WeakMap<Shape, PredefinedFields>()

/**
 * What a document's shape predefines, as a tree; worked out once for each shape object.
 *
 * @throws SynclineError `shape-invalid` when the root is no map, a field name is empty or has a lone surrogate, the default
 *   of a register is none that a document can hold, fields nest more than 32 deep, or two containers hash to one identity (chance: one pair in 2³¹; rename one of them).
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

function readFields(shapes: ShapeFields, parent: readonly string[], seen: Seen): PredefinedFields {
  if (parent.length >= maxDepth)
    throw coreError("shape-invalid", `fields are nested more than ${maxDepth} deep at ${parent.join(".")}`)
  const entries: [string, Predefined][] = []
  const registers = new Map<string, RegisterValue | undefined>()
  for (const [name, shape] of Object.entries(shapes)) {
    const path = [...parent, name]
    mustBeName(path)
    if (shape.kind === "register") registers.set(name, readDefault(shape, path))
    else entries.push([name, readField({ path, kind: shape.kind }, shape, seen)])
  }
  // By UTF-16 units, as keys are ordered in values.
  const fields = new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
  return Object.assign(fields, { registers })
}

function mustBeName(path: readonly string[]): void {
  const name = path.at(-1) ?? ""
  if (name === "" || !name.isWellFormed())
    throw coreError("shape-invalid", `the name of field "${path.join(".")}" is empty or has a lone surrogate`)
}

function readDefault(shape: RegisterShape, path: readonly string[]): RegisterValue | undefined {
  // From applications without types, too.
  const value: unknown = shape.default
  if (value === undefined || value === null || typeof value === "boolean") return value
  if (typeof value === "number" && Number.isFinite(value)) return value + 0
  if (typeof value === "string" && value.isWellFormed()) return value
  throw coreError(
    "shape-invalid",
    `the default of field "${path.join(".")}" is no register; use null, a boolean, a finite number or a string`
  )
}

function readField(ref: ContainerRef, shape: Shape, seen: Seen): Predefined {
  const where = ref.path.join(".")
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
  if (kind === "counter") return 0
  if (kind === "list") return Object.freeze([])
  return pristineMap(fields)
}

/** What a map with these fields shows while nobody has touched it; frozen. */
export function pristineMap(fields: PredefinedFields): JsonObject {
  // From entries, as an assignment to `__proto__` would set the prototype.
  const members = [...fields].map(([name, field]): [string, JsonValue] => [name, field.pristine])
  for (const [name, value] of fields.registers) if (value !== undefined) members.push([name, value])
  return Object.freeze(Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1))))
}

/**
 * What kind of thing a map that has these fields shows at a path of keys of which the first is absent: the default of a
 * register, or, where `isPristine` says that the key was never set, a declared container; `undefined` for nothing.
 */
export function absentKind(
  fields: PredefinedFields,
  path: Path,
  isPristine: boolean
): ContainerKind | "register" | undefined {
  const [step, ...rest] = path
  if (typeof step !== "string") return undefined
  const field = isPristine ? fields.get(step) : undefined
  if (field !== undefined) return rest.length === 0 ? field.ref.kind : absentKind(field.fields, rest, true)
  return rest.length === 0 && fields.registers.get(step) !== undefined ? "register" : undefined
}
