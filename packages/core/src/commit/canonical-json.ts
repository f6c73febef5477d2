import type { JsonObject, JsonValue } from "../document/json.ts"

/** JSON with keys in code-unit order and no white space (as RFC 8785 orders them): equal values, equal text. */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(item => canonicalJson(item as JsonValue)).join(",")}]`
  const object = value as JsonObject
  const members = Object.keys(object)
    .sort()
    .map(key => `${JSON.stringify(key)}:${canonicalJson(object[key] as JsonValue)}`)
  return `{${members.join(",")}}`
}
