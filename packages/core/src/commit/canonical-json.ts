import type { JsonObject, JsonValue } from "../document/json.ts"
import { coreError } from "../errors/core-error.ts"

/** Nobody annotates deeper; a limit, because reading is recursive and a peer chooses the depth. */
const maxDepth = 100

/**
 * JSON with keys in code-unit order and no white space (as RFC 8785 orders them): equal values, equal text.
 *
 * @throws SynclineError `value-unsupported` for what is no JSON, `codec-limit` for what nests more than 100 deep.
 */
export function canonicalJson(value: JsonValue, depth = 0): string {
  if (value === null || typeof value !== "object") return scalar(value)
  if (depth > maxDepth) throw coreError("codec-limit", `annotations nest more than ${maxDepth} deep`)
  if (Array.isArray(value))
    return `[${value.map(item => canonicalJson(item as JsonValue, depth + 1)).join(",")}]`
  const object = value as JsonObject
  const members = Object.keys(object)
    .sort()
    .map(key => `${JSON.stringify(key)}:${canonicalJson(object[key] as JsonValue, depth + 1)}`)
  return `{${members.join(",")}}`
}

function scalar(value: JsonValue): string {
  // `undefined`, functions and symbols have no text; what is not finite would come back as `null`.
  const text: string | undefined =
    typeof value === "number" && !Number.isFinite(value) ? undefined : JSON.stringify(value)
  if (text === undefined)
    throw coreError(
      "value-unsupported",
      `annotations are plain JSON; a ${typeof value} or a number that is not finite is not`
    )
  return text
}
