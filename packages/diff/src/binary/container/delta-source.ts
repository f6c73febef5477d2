/** Where a delta is read from, front to back: memory, or pieces that arrive. Reading past the end is `binary-delta-invalid`. */
export interface DeltaSource {
  /** One byte. */
  u8(): number | Promise<number>
  /** A number in LEB128, at most 2⁵³ − 1. */
  varUint(): number | Promise<number>
  /** The next `length` bytes. They may be a view of the input. Nothing is allocated for bytes that do not come. */
  bytes(length: number): Uint8Array | Promise<Uint8Array>
  /** Everything that is left; more than `maxBytes` are `binary-delta-invalid`. */
  rest(maxBytes: number): Uint8Array | Promise<Uint8Array>
}
