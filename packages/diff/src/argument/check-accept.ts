import { argumentError } from "./argument-error.ts"

/**
 * Throws `argument-invalid` unless what a receiver accepts is a list of texts. Any texts: the receiver may be of a later version and
 * name what this one does not know, and will not use.
 */
export function checkAccept(value: unknown): void {
  if (Array.isArray(value) && value.every(each => typeof each === "string")) return
  throw argumentError("accept", value, "a list of names, as the receiver told it")
}
