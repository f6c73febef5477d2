/**
 * Every code this package throws with, in a `SynclineError` of `@syncline/clock`.
 *
 * - `text-position-invalid` — a cursor is not a whole number of at least 0.
 * - `text-splice-invalid` — a splice lies outside of its text, before an earlier splice, or is not made of whole numbers.
 * - `list-run-invalid` — a script does not belong to the list it is applied to.
 * - `json-too-deep` — a value nests deeper than any JSON serialiser could write, or contains itself.
 * - `merkle-key-invalid` — a key, digest or prefix has another length or form than the tree's, or the hash function
 *   returned other than 32 bytes.
 * - `merkle-report-invalid` — a peer reported a node that was not asked for, or that no tree has.
 * - `merkle-limit` — a descent would visit more nodes than its limit allows.
 */
export type DiffErrorCode =
  | "text-position-invalid"
  | "text-splice-invalid"
  | "list-run-invalid"
  | "json-too-deep"
  | "merkle-key-invalid"
  | "merkle-report-invalid"
  | "merkle-limit"
