/**
 * Every code a {@link ByteReader} or {@link ByteWriter} throws with, in a {@link SynclineError}.
 *
 * - `bytes-truncated` — the input ends inside a value.
 * - `bytes-trailing` — the input goes on after the last value.
 * - `bytes-non-canonical` — the value is readable, but it has another, shorter or sorted, form.
 * - `bytes-limit` — a length or a number exceeds the limit the caller set.
 * - `bytes-invalid` — no value has this form (an unsafe integer, broken UTF-8, …), or a value cannot be written.
 */
export type BytesErrorCode =
  | "bytes-truncated"
  | "bytes-trailing"
  | "bytes-non-canonical"
  | "bytes-limit"
  | "bytes-invalid"
