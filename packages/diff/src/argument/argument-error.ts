import { diffError } from "../error/diff-error.ts"

/** The error for an argument or option that is not what its type says; `wanted` completes "must be ...". */
export function argumentError(name: string, value: unknown, wanted: string): Error {
  return diffError("argument-invalid", `${name} must be ${wanted}`, { argument: name, value })
}
