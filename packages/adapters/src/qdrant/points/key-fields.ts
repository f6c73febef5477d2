/** The payload fields that hold an order key. The last one may hold another number that grows. */
export interface KeyFields {
  readonly generation: string
  readonly projection: string
  readonly height: string
}

/** The fields of a record's order key. */
export const recordFields: KeyFields = {
  generation: "generation",
  projection: "projection",
  height: "height"
}

/** The fields of a row's order key, which is that of its record. */
export const rowFields: KeyFields = {
  generation: "syncline_generation",
  projection: "syncline_projection",
  height: "syncline_height"
}
