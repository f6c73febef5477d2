import { isBytes } from "../argument/is-bytes.ts"
import { diffError } from "../error/diff-error.ts"

/** Names a member of a set: 8 bytes, as good as random to whoever could choose members. See `keyedId`. */
export type SetId = Uint8Array

/** Bytes of an id. */
export const ID_BYTES = 8

/** The first four bytes at `at` as a signed number, most significant first. */
export function highWord(bytes: Uint8Array, at = 0): number {
  return (
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)
  )
}

/** The last four of the eight bytes at `at`. */
export function lowWord(bytes: Uint8Array, at = 0): number {
  return highWord(bytes, at + 4)
}

/** The id with these halves. */
export function idOf(high: number, low: number): SetId {
  const id = new Uint8Array(ID_BYTES)
  new DataView(id.buffer).setInt32(0, high)
  new DataView(id.buffer).setInt32(4, low)
  return id
}

/** Throws `set-argument-invalid` unless it has 8 bytes. */
export function checkId(id: SetId): void {
  if (!isBytes(id) || id.length !== ID_BYTES) {
    throw diffError(
      "set-argument-invalid",
      `an id has ${ID_BYTES} bytes and is no text: make one with keyedId`
    )
  }
}

/** An id as a key for maps. */
export function idText(id: SetId): string {
  return `${highWord(id)} ${lowWord(id)}`
}
