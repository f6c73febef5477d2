import { diffError } from "../error/diff-error.ts"

/** Throws `rsync-option-invalid` for what is no limit: NaN, above all, would let everything pass. */
export function checkLimit(name: string, value: number): void {
  if (value >= 0) return
  throw diffError("rsync-option-invalid", `${name} is ${value}, it must be a number from 0 on`)
}
