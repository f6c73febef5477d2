/** Digits of each byte: making them anew takes four times as long, and hashes are made text of for every commit. */
const digitsOf: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0")
)

/** Lowercase hex of bytes. */
export function toHex(bytes: Uint8Array): string {
  let text = ""
  for (let at = 0; at < bytes.length; at++) text += digitsOf[bytes[at] ?? 0]
  return text
}

/** Whether two byte strings are the same. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Orders byte strings of one length; negative if `a` comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
