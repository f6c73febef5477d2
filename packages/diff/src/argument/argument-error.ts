import { diffError } from "../error/diff-error.ts"

/** The error for an argument or option that is not what its type says; `wanted` completes "must be ...". */
export function argumentError(name: string, value: unknown, wanted: string): Error {
  return diffError("argument-invalid", `${name} is ${shown(value)}; it must be ${wanted}`, { argument: name })
}

/** Numbers and short texts as they are, of everything else its kind: contents may be long or private. */
function shown(value: unknown): string {
  if (value === null || value === undefined || typeof value === "number") return String(value)
  if (typeof value === "string") return value.length > 20 ? "a text" : JSON.stringify(value)
  if (Array.isArray(value)) return "a list"
  return typeof value === "object" ? Object.prototype.toString.call(value).slice(1, -1) : `a ${typeof value}`
}
