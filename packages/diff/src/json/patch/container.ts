import { isPlainObject } from "../plain-object.ts"

/** What a pointer can lead through. */
export type Container = unknown[] | Members

/** A JSON object. */
export type Members = Record<string, unknown>

/** Whether a pointer can lead through this: an array, or an object that is no instance of anything. */
export function isContainer(value: unknown): value is Container {
  if (typeof value !== "object" || value === null) return false
  return Array.isArray(value) || isPlainObject(value)
}

/** A copy one level deep. Its members are own ones, `__proto__` too: spreading defines, it does not assign. */
export function copyContainer(container: Container): Container {
  return Array.isArray(container) ? container.slice() : { ...container }
}

/** Gives `members` an own member of this name, whatever the name is. */
export function setMember(members: Members, name: string, value: unknown): void {
  // Assigning to this one name would change the prototype instead.
  if (name === "__proto__") {
    Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true })
  } else members[name] = value
}
