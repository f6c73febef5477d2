/**
 * What remote deltas throw with.
 *
 * - `rsync-option-invalid` — a key, block size or sum size outside of what the format allows, or content of another
 *   length than announced.
 * - `rsync-signature-invalid` — bytes that are no signature, or a damaged one.
 * - `rsync-delta-invalid` — bytes that are no delta, or one that ends early or says what no delta may say.
 * - `rsync-limit` — more blocks, or more content, than the limits allow.
 * - `rsync-mismatch` — what came out is not what the other side has: another old version, a damaged delta, or (once in a
 *   million at worst) two blocks with one sum. Ask for a delta to a signature under a new key, or for the whole.
 */
export type RsyncErrorCode =
  | "rsync-option-invalid"
  | "rsync-signature-invalid"
  | "rsync-delta-invalid"
  | "rsync-limit"
  | "rsync-mismatch"
