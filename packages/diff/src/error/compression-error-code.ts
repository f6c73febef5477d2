/**
 * What compressors throw with.
 *
 * - `compression-missing` — this runtime lacks the method.
 * - `compression-invalid` — compressed bytes are damaged.
 * - `compression-limit` — compressed bytes hold more than the limit allows.
 */
export type CompressionErrorCode = "compression-missing" | "compression-invalid" | "compression-limit"
