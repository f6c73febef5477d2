/**
 * What JSON Patch functions throw with. Details name the operation's position in the patch (`index`) and the `path`.
 *
 * - `json-pointer-invalid` — a text is no JSON Pointer.
 * - `json-patch-invalid` — a patch is no array of operations, or an operation lacks a member, has one of the wrong type,
 *   would move a value into itself or would leave no document.
 * - `json-patch-value-invalid` — a value in a patch, or one of the document that it copies, is no JSON: `undefined`,
 *   `NaN`, a function, a `Date`, ...; or it changes an array of more than 2^22 elements that has holes.
 * - `json-patch-path-missing` — an operation names something the document does not have at that point.
 * - `json-patch-index-invalid` — a token is no index of the array it is used on, or lies beyond its end.
 * - `json-patch-test-failed` — a `test` operation found another value.
 * - `json-patch-splice-invalid` — a `splice` operation does not fit the text it is for, or that is no text.
 * - `json-patch-limit` — a patch is larger, deeper or more work than its limits allow.
 * - `json-patch-conflict` — a patch cannot be rebased over another; details list the pairs of operations.
 */
export type JsonPatchErrorCode =
  | "json-pointer-invalid"
  | "json-patch-invalid"
  | "json-patch-value-invalid"
  | "json-patch-path-missing"
  | "json-patch-index-invalid"
  | "json-patch-test-failed"
  | "json-patch-splice-invalid"
  | "json-patch-limit"
  | "json-patch-conflict"
