import type { JsonValue } from "../document/json.ts"

/**
 * Parses JSON into values that nobody can change. A member `__proto__` is one like any other.
 *
 * @throws SyntaxError
 */
export function frozenJson(text: string): JsonValue {
  // Called for the innermost values first.
  return JSON.parse(text, (_, value: unknown) => Object.freeze(value)) as JsonValue
}
