/**
 * A validator of any library that follows Standard Schema (https://standardschema.dev), version 1: zod, valibot, arktype and
 * others. Only what is used here is declared.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult | Promise<SchemaResult>
    /** Only for types. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a validator says: nothing is wrong, or what is. What it made of the value is not used. */
export type SchemaResult =
  | { readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
      }[]
    }

/** The type of the values a validator takes. */
export type SchemaInput<S extends StandardSchema> = NonNullable<S["~standard"]["types"]>["input"]
