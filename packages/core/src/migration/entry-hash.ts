import { sha256 } from "#platform"

/** Names all entries so far and their order: 32 bytes. */
export function nextEntryHash(before: Uint8Array, entry: Uint8Array): Uint8Array {
  const joined = new Uint8Array(before.length + entry.length)
  joined.set(before)
  joined.set(entry, before.length)
  return sha256(joined)
}

/** Of no entries. */
export const noEntries: Uint8Array = new Uint8Array(32)
