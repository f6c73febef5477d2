import * as Y from "yjs"
import type { JsonValue } from "../../document/json.ts"
import { maxNesting } from "../edit/max-nesting.ts"

/**
 * The JSON for something that was set through the native document and is no container of ours; deeply frozen, never
 * the application's own object.
 *
 * - Plain objects and arrays: copied as JSON. They are opaque: replaced whole, not merged.
 * - XML types: their markup as a string.
 * - `Uint8Array`: Base64 (RFC 4648 §4). `bigint`: decimal digits, as a string.
 * - What is nested more than 256 deep: `null`.
 * - `Y.XmlHook`, `undefined`, functions, `NaN` and infinities: `null`. `-0`: `0`.
 * - Any other object: its own enumerable members but `__proto__`, which is all that Yjs would send.
 */
export function nativeValueToJson(value: unknown, depth = 0): JsonValue {
  switch (typeof value) {
    case "string":
      return value.toWellFormed()
    case "boolean":
      return value
    case "number":
      return Number.isFinite(value) ? value + 0 : null
    case "bigint":
      return value.toString()
    case "object":
      return value === null || depth > maxNesting ? null : objectToJson(value, depth)
    default:
      return null
  }
}

/** Adds a member even where its name is `__proto__`, which plain assignment would take for the prototype. */
export function addMember(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}

function objectToJson(value: object, depth: number): JsonValue {
  if (value instanceof Y.XmlFragment) return isTooDeep(value) ? null : value.toJSON()
  if (value instanceof Y.XmlText) return value.toJSON()
  if (value instanceof Y.AbstractType) return null
  if (value instanceof Uint8Array) return toBase64(value)
  if (Array.isArray(value))
    return Object.freeze(value.map((item: unknown) => nativeValueToJson(item, depth + 1)))
  const out: Record<string, JsonValue> = {}
  // Yjs loses a member `__proto__` on the way to others, so it must not be seen here either.
  for (const [key, member] of Object.entries(value))
    if (key !== "__proto__") out[key] = nativeValueToJson(member, depth + 1)
  return Object.freeze(out)
}

/** Level by level: Yjs itself goes through XML recursively. */
function isTooDeep(root: Y.XmlFragment): boolean {
  let level = [root]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxNesting) return true
    level = level.flatMap(node => node.toArray().filter(child => child instanceof Y.XmlFragment))
  }
  return false
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

function toBase64(bytes: Uint8Array): string {
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
