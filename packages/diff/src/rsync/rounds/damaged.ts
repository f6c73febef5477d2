import { diffError } from "../../error/diff-error.ts"

/** What to throw for bytes that are not what was announced. */
export function damaged(what: string): Error {
  return diffError(
    "rounds-damaged",
    `the content sent by the other side is damaged: ${what}; start the transfer again`
  )
}
