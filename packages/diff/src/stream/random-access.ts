/** Content that can be read anywhere: a file, a blob, a row of chunks. It must not change meanwhile. */
export interface RandomAccess {
  /** In bytes. */
  readonly length: number
  /**
   * Bytes from `offset` up to before `offset + length`, all of which exist; fewer or more is an error. What it gives must stay as it is
   * until the next call.
   */
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>
}

/** Bytes at hand as random access; reads are views. */
export function bytesAccess(bytes: Uint8Array): RandomAccess {
  return { length: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) }
}
