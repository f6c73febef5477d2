import type { BytesErrorCode } from "../bytes/bytes-error-code.ts"

/**
 * Every code this package throws with, in a {@link SynclineError}.
 *
 * - `actor-invalid` — an actor id is not 16 lowercase hex digits, or not 8 bytes.
 * - `actor-unknown` — an actor or a slot is not in the actor table in use.
 * - `actor-table-full` — interning would exceed the table's `maxActors`.
 * - `actor-table-conflict` — an encoded table addition does not continue this table.
 * - `actor-not-stable` — an actor was to be retired before every known peer had all of it.
 * - `dot-invalid` — a sequence number is not a positive safe integer.
 * - `vector-invalid` — entries or JSON do not describe a version vector.
 * - `vector-overflow` — a vector's height, or a next sequence number, would leave the safe integers.
 * - `vector-uncovered` — a vector lacks dots the operation needs it to have.
 * - `hlc-stamp-invalid` — a number is not a hybrid logical clock stamp.
 * - `hlc-exhausted` — the clock has issued the last stamp its layout can express.
 */
export type ClockErrorCode =
  | BytesErrorCode
  | "actor-invalid"
  | "actor-unknown"
  | "actor-table-full"
  | "actor-table-conflict"
  | "actor-not-stable"
  | "dot-invalid"
  | "vector-invalid"
  | "vector-overflow"
  | "vector-uncovered"
  | "hlc-stamp-invalid"
  | "hlc-exhausted"
