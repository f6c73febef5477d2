import type { JsonValue } from "../document/json.ts"

/** Adds a member even where its name is `__proto__`, which plain assignment would take for the prototype. */
export function addMember(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  else target[key] = value
}
