/**
 * What chunk functions throw with.
 *
 * - `chunk-options-invalid` — sizes of chunks are out of range or out of order, or a gear table has a wrong length.
 * - `chunk-key-invalid` — a gear key has other than 32 bytes.
 * - `chunk-missing` — a chunk that is referred to is neither stored nor to be had from the source.
 * - `blob-damaged` — bytes of a chunk, a node or a manifest are not what their id, length or format says.
 * - `blob-range-invalid` — a range lies outside of its blob.
 * - `blob-too-large` — a blob is longer than the limits given allow, or of more chunks.
 */
export type ChunksErrorCode =
  | "chunk-options-invalid"
  | "chunk-key-invalid"
  | "chunk-missing"
  | "blob-damaged"
  | "blob-range-invalid"
  | "blob-too-large"
