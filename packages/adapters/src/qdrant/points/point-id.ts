import { sha1 } from "./sha1.ts"

/** What a UUID is made under: 16 bytes, itself a UUID. */
export type Namespace = Uint8Array

/** Of everything named here; drawn once, never to change. */
const rootNamespace: Namespace = Uint8Array.from([
  0x6f, 0x1d, 0x0a, 0x7e, 0x52, 0x3c, 0x4b, 0x8e, 0x9d, 0x41, 0x2e, 0x77, 0xc6, 0x05, 0xb3, 0x98
])

const encoder = new TextEncoder()

/** The namespace of the points of one sink and table; a tenant's are another's never. */
export function pointNamespace(collection: string, tenant: string | undefined): Namespace {
  return uuidBytes(rootNamespace, `${collection}\0${tenant ?? ""}`)
}

/** The point of a document's record. Document ids have no control characters, so that it is nothing else's. */
export function recordPointId(namespace: Namespace, document: string): string {
  return uuidText(uuidBytes(namespace, document))
}

/** The point of a document's row. */
export function rowPointId(namespace: Namespace, document: string, ordinal: number): string {
  return uuidText(uuidBytes(namespace, `${document}\0${ordinal}`))
}

/** A UUID of version 5 (RFC 9562, section 5.5). */
function uuidBytes(namespace: Namespace, name: string): Uint8Array {
  const text = encoder.encode(name)
  const message = new Uint8Array(16 + text.length)
  message.set(namespace)
  message.set(text, 16)
  const bytes = sha1(message).slice(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes
}

function uuidText(bytes: Uint8Array): string {
  let hex = ""
  for (const byte of bytes) hex += hexDigits[byte] ?? ""
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const hexDigits: readonly string[] = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"))
