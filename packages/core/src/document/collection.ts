import type { ConflictRule } from "../conflict/policy.ts"
import { assertRules } from "../conflict/policy-table.ts"
import type { Engine } from "../engine/engine.ts"
import { coreError } from "../errors/core-error.ts"
import { type CollectionRules, collectionRules, type RuleOptions } from "./collection-rules.ts"
import type { JsonObject, JsonValue } from "./json.ts"
import { predefinedFields } from "./predefined.ts"
import type { Upgrades, WhenNewer } from "./schema-version.ts"
import type { MapShape, RegisterShape, Shape, ShapeFields } from "./shape.ts"
import type { SchemaInput, StandardSchema } from "./standard-schema.ts"

declare const valueType: unique symbol

/** A declared collection: its name, the containers its documents predefine, and the type of their values. */
export interface Collection<Value extends object = JsonObject> {
  readonly name: string
  readonly shape: MapShape
  /** Where its documents are not kept in the replica's own engine. */
  readonly engine?: Engine
  /** What it expects of values; absent: nothing. */
  readonly rules?: CollectionRules
  /** What settles conflicts, where the engine is not to. */
  readonly conflicts?: readonly ConflictRule[]
  /** Only for types; never there. */
  readonly [valueType]?: Value
}

/** What a collection is declared with. */
export interface CollectionOptions<F extends ShapeFields = ShapeFields> extends RuleOptions {
  /**
   * What every document has from the start: containers, and registers with their defaults. Everything else is free: what is not declared here is made by
   * whoever first assigns it, and two replicas that make it at the same time make two, of which one is kept.
   */
  readonly fields?: F
  /** Default: the engine of the replica. */
  readonly engine?: Engine
  /**
   * What values must be: a validator of zod, valibot, arktype or any other library that follows Standard Schema, without
   * asynchronous parts. A local change that would leave a value invalid is refused (`value-invalid`); what others or editors
   * write is taken and flagged (`Document.issues`). It judges and never transforms: what it would make of a value (defaults,
   * trimmed texts) is not used. Each change costs one validation of the whole value.
   */
  readonly schema?: StandardSchema | undefined
  /**
   * The version of the schema this app writes: 1, 2, 3 … Kept in each document under `versionField`; a document without is
   * of version 1. Those of an older version show as `upgrades` make them, and are upgraded by the first local change.
   */
  readonly version?: number | undefined
  /** Edits that bring a document from the version before, by the version they lead to. */
  readonly upgrades?: Upgrades | undefined
  /** The root key under which documents hold their version. Default `schemaVersion`. */
  readonly versionField?: string | undefined
  /** Local changes of a document with a newer version: refused (`schema-newer`, the default), or made. */
  readonly whenNewer?: WhenNewer | undefined
  /**
   * Which policy settles which conflicts: of those whose path and kind fit, the first. What none is for stays as the
   * engine has it, its records open. Replicas may declare different ones; they come to rest all the same.
   */
  readonly conflicts?: readonly ConflictRule[]
}

/** The type of a value that follows from declared fields; other keys hold any JSON. */
export type FieldsValue<F extends ShapeFields> = string extends keyof F
  ? JsonObject
  : { readonly [K in Exclude<keyof F, OptionalField<F>>]: ShapeValue<F[K]> } & {
      readonly [K in OptionalField<F>]?: ShapeValue<F[K]>
    } & JsonObject

/** The declared registers that show nothing while they are not set. */
type OptionalField<F extends ShapeFields> = {
  [K in keyof F]: F[K] extends RegisterShape<infer _, infer HasDefault>
    ? HasDefault extends true
      ? never
      : K
    : never
}[keyof F]

/** The type of a declared field's value. */
export type ShapeValue<S extends Shape | RegisterShape> = S extends { readonly kind: "text" }
  ? string
  : S extends { readonly kind: "counter" }
    ? number
    : S extends RegisterShape<infer T>
      ? T
      : S extends { readonly kind: "list" }
        ? readonly JsonValue[]
        : S extends MapShape<infer F>
          ? FieldsValue<F>
          : never

/**
 * The type of a value that follows from declared fields and a validator: what the validator takes, where declared
 * containers, counters and registers with a default are always there.
 */
export type SchemaValue<F extends ShapeFields, Input> = Input extends object
  ? string extends keyof F
    ? Input
    : { [K in keyof Input as K extends ShownField<F> ? never : K]: Input[K] } & {
        [K in ShownField<F>]: K extends keyof Input
          ? DeclaredValue<F[K], Exclude<Input[K], undefined>>
          : ShapeValue<F[K]>
      } & { [K in Exclude<OptionalField<F>, keyof Input>]?: ShapeValue<F[K]> }
  : FieldsValue<F>

/** What is declared and always shows. */
type ShownField<F extends ShapeFields> = Exclude<keyof F, OptionalField<F>>

type DeclaredValue<S extends Shape | RegisterShape, Input> =
  S extends MapShape<infer F> ? SchemaValue<F, Input> : Input

/** The type of the values of a collection's documents. */
export type DocumentOf<C> = C extends Collection<infer Value> ? Value : never

/**
 * Declares a collection: `collection("notes", { fields: { body: text(), tags: list() } })`. The type of its values
 * follows from the fields and the schema, or is stated: `collection<Note>("notes", …)`; a stated type is not checked at run
 * time.
 *
 * The kind of a field never changes: another kind needs another name, as documents of both declarations will meet.
 *
 * @throws SynclineError `shape-invalid` for a name that is empty or has a slash, and for fields,
 *   versions or a schema that cannot be declared; `options-invalid` for `conflicts` with a pattern that is none, or a
 *   policy that does not settle such.
 */
export function collection<const F extends ShapeFields, S extends StandardSchema>(
  name: string,
  options: CollectionOptions<F> & { readonly schema: S }
): Collection<SchemaValue<F, SchemaInput<S>>>
export function collection<const F extends ShapeFields>(
  name: string,
  options?: CollectionOptions<F>
): Collection<FieldsValue<F>>
export function collection<Value extends object>(name: string, options?: CollectionOptions): Collection<Value>
export function collection(name: string, options: CollectionOptions = {}): Collection<JsonObject> {
  if (name === "" || name.includes("/") || !name.isWellFormed())
    throw coreError("shape-invalid", `"${name}" is no collection name; it must not be empty or have a slash`)
  const shape: MapShape = { kind: "map", fields: options.fields ?? {} }
  predefinedFields(shape)
  const { engine, conflicts } = options
  const rules = collectionRules(options, Object.keys(shape.fields))
  if (conflicts !== undefined) assertRules(conflicts)
  return {
    name,
    shape,
    ...(engine === undefined ? {} : { engine }),
    ...(rules === undefined ? {} : { rules }),
    ...(conflicts === undefined ? {} : { conflicts })
  }
}
