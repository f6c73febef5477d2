/** Lowercase hex digits, as Automerge writes actors and hashes. */
export function bytesToHex(bytes: Uint8Array): string {
  let out = ""
  for (const byte of bytes) out += byte.toString(16).padStart(2, "0")
  return out
}
