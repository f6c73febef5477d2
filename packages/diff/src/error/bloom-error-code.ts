/**
 * What Bloom filters throw with.
 *
 * - `bloom-options-invalid` — a capacity, rate or key that no filter can be made with.
 * - `bloom-mismatch` — two filters of different size, hash count or key cannot be merged.
 * - `bloom-invalid` — bytes that are no filter.
 * - `bloom-limit` — a filter larger than the limit allows.
 */
export type BloomErrorCode = "bloom-options-invalid" | "bloom-mismatch" | "bloom-invalid" | "bloom-limit"
