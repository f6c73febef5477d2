/** Random access to an old version that need not be in memory: a file, a blob, a row of chunks. */
export interface OldVersion {
  /** In bytes. It must not change while a delta is applied. */
  readonly length: number
  /** Exactly `length` bytes from `at` on, both inside. The bytes are only read. */
  read(at: number, length: number): Promise<Uint8Array>
}

/** An {@link OldVersion} of bytes in memory; reads are views of them. */
export function oldVersionOf(bytes: Uint8Array): OldVersion {
  return { length: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) }
}
