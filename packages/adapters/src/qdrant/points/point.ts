/** A payload as Qdrant keeps it: JSON. */
export type Payload = Readonly<Record<string, unknown>>

/** A point as it was read: its id, what was asked for of its payload. */
export interface StoredPoint {
  readonly id: string | number | bigint
  readonly payload?: Payload | null
}

/** A vector as it is sent: the one of the collection, or by name. No vector at all is an empty object. */
export type SentVector = readonly number[] | Readonly<Record<string, readonly number[]>>

/** A point as it is sent. */
export interface SentPoint {
  readonly id: string
  readonly vector: SentVector
  readonly payload: Payload
}

/** A filter: https://qdrant.tech/documentation/concepts/filtering/ */
export interface PointFilter {
  readonly must?: readonly PointCondition[]
  readonly should?: readonly PointCondition[]
  readonly must_not?: readonly PointCondition[]
}

/** One condition of a filter, or a filter in its place. */
export type PointCondition =
  | PointFilter
  | { readonly key: string; readonly match: { readonly value: string | number | boolean } }
  | { readonly key: string; readonly match: { readonly any: readonly (string | number)[] } }
  | { readonly key: string; readonly range: Readonly<Record<string, string | number>> }
  | { readonly has_id: readonly (string | number | bigint)[] }
  | { readonly has_vector: string }
  | { readonly is_empty: { readonly key: string } }

/** One change of a collection's points. */
export type PointOperation =
  | {
      readonly upsert: {
        readonly points: readonly SentPoint[]
        readonly update_filter?: PointFilter
        readonly update_mode?: "update_only"
      }
    }
  /** By what is there when its turn comes, never by ids alone: whatever came meanwhile is judged, too. */
  | { readonly delete: { readonly filter: PointFilter } }
