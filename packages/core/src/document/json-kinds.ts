import type { JsonObject } from "./json.ts"
import type { KindReader } from "./operation.ts"
import { valueAt } from "./value-at.ts"

/**
 * Kinds for a value that no engine holds: all that could be a container is one. What an edit leaves is the same then, if not
 * how it gets there.
 */
export function jsonKinds(value: JsonObject): KindReader {
  return path => {
    const found = valueAt(value, path)
    if (found === undefined) return undefined
    if (typeof found === "string") return "text"
    if (typeof found !== "object" || found === null) return "register"
    return Array.isArray(found) ? "list" : "map"
  }
}
