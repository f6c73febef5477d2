/**
 * What set reconciliation throws with.
 *
 * - `set-argument-invalid` — a key, id, item, option or index has another length or value than it may have.
 * - `set-message-invalid` — a message is damaged, of another version, out of turn, or no honest peer could have sent it.
 * - `set-key-mismatch` — the peer hashes with another key: nothing can be compared.
 * - `set-limit` — a message or a whole reconciliation would take more than its limits allow.
 * - `set-snapshot-gone` — the set has changed so much since the reconciliation began that its beginning is forgotten; begin anew.
 */
export type SetErrorCode =
  | "set-argument-invalid"
  | "set-message-invalid"
  | "set-key-mismatch"
  | "set-limit"
  | "set-snapshot-gone"
