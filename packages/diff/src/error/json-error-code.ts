/**
 * What JSON functions throw with.
 *
 * - `json-too-deep` — a value nests deeper than any JSON serialiser could write, or contains itself.
 */
export type JsonErrorCode = "json-too-deep"
