const prototypeKey = new TextEncoder().encode("__proto__")

/** Whether bytes may name that key: strings stand in them as they are, since nothing is compressed. */
export function mentionsPrototype(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0x5f); at >= 0; at = bytes.indexOf(0x5f, at + 1))
    if (prototypeKey.every((byte, offset) => bytes[at + offset] === byte)) return true
  return false
}
