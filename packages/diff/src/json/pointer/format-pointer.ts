import { checkList } from "../../argument/check-argument.ts"
import { joinTokens } from "./json-pointer.ts"

/** The JSON Pointer made of these tokens; array indices may be given as numbers. */
export function formatPointer(tokens: readonly (string | number)[]): string {
  checkList("tokens", tokens)
  return joinTokens(tokens)
}
