/** What a document holds, as JSON (RFC 8259). Values handed out are frozen and shared between versions. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

/** A JSON object with immutable members; never has a prototype that matters. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** Where something is in a document: map keys and list indexes from the root. The root is `[]`. */
export type Path = readonly (string | number)[]
