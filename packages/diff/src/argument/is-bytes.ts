/**
 * Whether a value is a `Uint8Array`, also one of another frame, whose class is another. A text has a length and elements too:
 * taken for bytes, all that are not digits would be zeros, and texts of one length all the same.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === "[object Uint8Array]"
}

/** Whether the buffer of bytes was transferred, where the runtime tells. They have no bytes left, and would pass for empty ones. */
export function isGone(bytes: Uint8Array): boolean {
  return (bytes.buffer as { readonly detached?: boolean }).detached === true
}
