/**
 * What everything that reads bytes from a caller's source throws with.
 *
 * - `source-invalid` — a value is no source of bytes, or one of its pieces is no `Uint8Array`: a text, a Blob, an ArrayBuffer, a
 *   stream of texts. The message says how to make bytes of it. Or a reader at any place gave another number of bytes than it was
 *   asked for.
 */
export type SourceErrorCode = "source-invalid"
