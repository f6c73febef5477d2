/**
 * What chunk functions throw with.
 *
 * - `chunk-options-invalid` — sizes of chunks are out of range or out of order, or a gear table has a wrong length.
 * - `chunk-key-invalid` — a gear key has other than 32 bytes.
 */
export type ChunksErrorCode = "chunk-options-invalid" | "chunk-key-invalid"
