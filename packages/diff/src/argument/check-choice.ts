import { argumentError } from "./argument-error.ts"

/** Throws `argument-invalid`, naming what is allowed, unless an option is one of a few texts. */
export function checkChoice(name: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.some(each => each === value)) return
  throw argumentError(name, value, allowed.map(each => JSON.stringify(each)).join(" or "))
}
