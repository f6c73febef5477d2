/**
 * What binary deltas of two versions throw with.
 *
 * - `binary-too-large` — a version is longer than the format can name (2³² − 1 bytes).
 * - `binary-delta-invalid` — a delta is cut off, damaged, or asks for what no encoder writes.
 * - `binary-base-mismatch` — the old version at hand is not the one the delta was made from.
 * - `binary-result-mismatch` — the result has another checksum than the version the delta was made for.
 * - `binary-limit` — a delta claims more than the limits allow.
 * - `binary-unsupported` — this runtime cannot read the delta: it lacks a compressor or the deflater the delta names, or cannot run the coder of level `small`;
 *   or it cannot compute checksums, without which no delta is made or applied.
 */
export type BinaryErrorCode =
  | "binary-too-large"
  | "binary-delta-invalid"
  | "binary-base-mismatch"
  | "binary-result-mismatch"
  | "binary-limit"
  | "binary-unsupported"
