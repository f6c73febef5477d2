import { diffError } from "../error/diff-error.ts"

/** Throws `rsync-option-invalid` for what is no limit: NaN, above all, would let everything pass. */
export function checkLimit(name: string, value: number): void {
  if (typeof value === "number" && value >= 0) return
  const given = typeof value === "string" ? JSON.stringify(value) : String(value)
  throw diffError("rsync-option-invalid", `${name} is ${given}, it must be a number from 0 on`)
}
