/**
 * What multi-round transfers throw with.
 *
 * - `rounds-option-invalid` — a key has a wrong length, or a limit is no whole number.
 * - `rounds-message-invalid` — a message is malformed, came out of turn, or holds what was not asked for: the other side is
 *   broken or hostile, end the transfer.
 * - `rounds-limit` — the other side's content is longer than `maxBytes`.
 * - `rounds-damaged` — what was sent does not have the hashes announced for it: start again.
 */
export type RoundsErrorCode =
  | "rounds-option-invalid"
  | "rounds-message-invalid"
  | "rounds-limit"
  | "rounds-damaged"
