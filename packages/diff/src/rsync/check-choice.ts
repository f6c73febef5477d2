import { diffError } from "../error/diff-error.ts"

/** Throws `rsync-option-invalid`, naming what is allowed, unless an option is one of a few texts. */
export function checkChoice(name: string, value: unknown, allowed: readonly string[]): void {
  if (allowed.some(each => each === value)) return
  const given =
    typeof value === "string" ? JSON.stringify(value.slice(0, 20)) : `a value of type ${typeof value}`
  const choices = allowed.map(each => JSON.stringify(each)).join(" or ")
  throw diffError("rsync-option-invalid", `${name} is ${given}, it must be ${choices}`)
}
