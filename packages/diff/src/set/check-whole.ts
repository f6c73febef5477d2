import { diffError } from "../error/diff-error.ts"

/** Throws `set-argument-invalid` unless an option is a whole number within bounds; without an upper one it may be infinite. */
export function checkWhole(name: string, value: unknown, least: number, most: number = Infinity): void {
  const whole = Number.isInteger(value) || value === Infinity
  if (whole && Number(value) >= least && Number(value) <= most) return
  const wanted = most === Infinity ? `a whole number from ${least} on` : `${least} to ${most}`
  const given = typeof value === "number" ? String(value) : `a ${typeof value}`
  throw diffError("set-argument-invalid", `${name} must be ${wanted}, not ${given}`)
}
