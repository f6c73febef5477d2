import * as Y from "yjs"
import type { JsonValue } from "../../document/json.ts"
import { toBase64 } from "../base64.ts"
import { maxNesting } from "../edit/max-nesting.ts"

/**
 * The JSON for something that was set through the native document and is no container of ours; deeply frozen, never
 * the application's own object.
 *
 * - Plain objects and arrays: copied as JSON. They are opaque: replaced whole, not merged.
 * - XML types: their markup as a string; `null` where they hold what is no XML, of which no markup is made.
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

function objectToJson(value: object, depth: number): JsonValue {
  if (value instanceof Y.XmlFragment) return hasMarkup(value) ? value.toJSON() : null
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

/** Yjs goes through XML recursively, and takes all it finds there for XML; a peer's update may hold anything. Level by level. */
function hasMarkup(root: Y.XmlFragment): boolean {
  let level = [root]
  for (let depth = 0; level.length > 0; depth++) {
    const below = level.flatMap((node): unknown[] => node.toArray())
    if (depth > maxNesting || !below.every(isXml)) return false
    level = below.filter(child => child instanceof Y.XmlFragment)
  }
  return true
}

function isXml(value: unknown): boolean {
  return value instanceof Y.XmlFragment || value instanceof Y.XmlText
}
