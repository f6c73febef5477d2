import { argumentError } from "./argument-error.ts"
import { firstHole } from "./first-hole.ts"
import { isBytes, isGone } from "./is-bytes.ts"

/** Throws `argument-invalid` unless an argument is a text. */
export function checkText(name: string, value: unknown): asserts value is string {
  if (typeof value !== "string") throw argumentError(name, value, "a text")
}

/** Throws `argument-invalid` unless an argument is an array with something at each index, as far as that costs nothing. */
export function checkList(name: string, value: unknown): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw argumentError(name, value, "an array")
  const hole = firstHole(value)
  if (hole !== -1) throw argumentError(name, value, `an array without holes: it has one at ${hole}`)
}

/** Throws `argument-invalid` unless an argument is bytes; also for those whose buffer went elsewhere, where the runtime tells. */
export function checkBytes(name: string, value: unknown): asserts value is Uint8Array {
  if (!isBytes(value)) throw argumentError(name, value, "a Uint8Array")
  if (isGone(value))
    throw argumentError(name, value, "bytes that are still here: its buffer was transferred; pass a copy")
}

/** Throws `argument-invalid` unless an option is a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== "function") throw argumentError(name, value, "a function")
}

/** Throws `argument-invalid` unless options are an object; what they hold is for others to check. */
export function checkOptions(value: unknown): void {
  if (typeof value !== "object" || value === null)
    throw argumentError("options", value, "an object, or left out")
}
