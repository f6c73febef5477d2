/** Bytes as base64 text, which JSON can carry. */
export function toBase64(bytes: Uint8Array): string {
  let binary = ""
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** What `toBase64` made; `undefined` for what it never makes. */
export function fromBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
    return undefined
  const bytes = Uint8Array.from(atob(text), unit => unit.charCodeAt(0))
  return toBase64(bytes) === text ? bytes : undefined
}
