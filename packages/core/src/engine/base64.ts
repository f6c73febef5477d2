const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

/** Base64 (RFC 4648 §4), as bytes read in a value. */
export function toBase64(bytes: Uint8Array): string {
  let out = ""
  for (let at = 0; at < bytes.length; at += 3) {
    const rest = bytes.length - at
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    out += alphabet.charAt(word >> 18) + alphabet.charAt((word >> 12) & 63)
    out += rest > 1 ? alphabet.charAt((word >> 6) & 63) : "="
    out += rest > 2 ? alphabet.charAt(word & 63) : "="
  }
  return out
}
