// btoa takes one argument string; longer stretches would overflow the stack when spread. A multiple of 3: no padding inside.
const STRETCH = 0x6000

/** Standard base64 with padding (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length; at += STRETCH) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + STRETCH))))
  }
  return parts.join("")
}

/** Undoes {@link encodeBase64}; undefined for any other text, also for a second form of the same bytes. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const binary = binaryOf(text)
  if (binary === undefined) return undefined
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return encodeBase64(bytes) === text ? bytes : undefined
}

function binaryOf(text: string): string | undefined {
  try {
    return atob(text)
  } catch {
    return undefined
  }
}
