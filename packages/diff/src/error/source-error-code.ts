/**
 * What everything that reads bytes from a caller's source throws with.
 *
 * - `source-invalid` — a value is no source of bytes, or one of its pieces is no `Uint8Array`: a text, a Blob, an ArrayBuffer, a
 *   stream of texts. The message says how to make bytes of it.
 */
export type SourceErrorCode = "source-invalid"
