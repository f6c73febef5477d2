import { argumentError } from "./argument-error.ts"
import { withDefaults } from "./with-defaults.ts"

/** Limits with the defaults filled in. Throws `argument-invalid` for a limit that is no number: nothing would be over it. */
export function fullLimits<T extends object>(
  defaults: T,
  given: { readonly [K in keyof T]?: T[K] | undefined } | undefined
): T {
  if (given === undefined) return defaults
  if (typeof given !== "object" || given === null)
    throw argumentError("limits", given, "an object, or left out")
  const full = withDefaults(defaults, given)
  for (const [name, limit] of Object.entries(full)) {
    if (typeof limit !== "number" || Number.isNaN(limit)) throw argumentError(name, limit, "a number")
  }
  return full
}
