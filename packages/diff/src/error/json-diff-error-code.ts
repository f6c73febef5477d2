/**
 * What `diffJson` throws with. Details name the `path`.
 *
 * - `json-diff-value-invalid` — a value is no JSON: `undefined`, `NaN`, a hole, a function, a `Date`, bytes, ...
 * - `json-diff-key-unsafe` — a patch would have to carry a member called `__proto__`.
 */
export type JsonDiffErrorCode = "json-diff-value-invalid" | "json-diff-key-unsafe"
