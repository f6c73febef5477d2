import { checkText } from "../../argument/check-argument.ts"
import { diffError } from "../../error/diff-error.ts"

const SLASH = 0x2f
const ZERO = 0x30
const ONE = 0x31
// Enough to recognise a path by, and little enough for a log.
const MAX_QUOTED = 200

/**
 * The tokens of a JSON Pointer (RFC 6901), unescaped; none for `""`, the whole document. Linear in its length, and
 * without recursion.
 *
 * Throws `json-pointer-invalid` for a text that is neither empty nor begins with `/`, and for a `~` that is followed by
 * neither `0` nor `1`.
 */
export function parsePointer(pointer: string): string[] {
  if (pointer === "") return []
  checkText("pointer", pointer)
  checkPointer(pointer)
  const tokens = pointer.split("/")
  tokens.shift()
  return pointer.includes("~") ? tokens.map(unescapeToken) : tokens
}

/** What `formatPointer` gives, unchecked. */
export function joinTokens(tokens: readonly (string | number)[]): string {
  let pointer = ""
  for (const token of tokens) pointer += `/${escapeToken(String(token))}`
  return pointer
}

/** Throws `json-pointer-invalid` unless `pointer` is one. */
export function checkPointer(pointer: string): void {
  const fault = pointerFault(pointer)
  if (fault !== undefined) {
    throw diffError("json-pointer-invalid", `${quoted(pointer)} is no JSON Pointer: ${fault}`, { pointer })
  }
}

/** What keeps a text from being a JSON Pointer; undefined when it is one. */
function pointerFault(pointer: string): string | undefined {
  if (pointer === "") return undefined
  if (pointer.charCodeAt(0) !== SLASH) return 'begin it with "/", or use "" for the whole document'
  for (let at = pointer.indexOf("~"); at !== -1; at = pointer.indexOf("~", at + 1)) {
    const next = pointer.charCodeAt(at + 1)
    if (next !== ZERO && next !== ONE) return `write "~" as "~0" (at ${at})`
  }
  return undefined
}

/** A token as it stands between two slashes, turned into the name it means. */
export function unescapeToken(token: string): string {
  // In this order: "~01" means "~1".
  return token.includes("~") ? token.replaceAll("~1", "/").replaceAll("~0", "~") : token
}

/** A text as error messages show it: in quotes, and cut where it would flood a log. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text)
}

/** A name as it stands between two slashes. */
export function escapeToken(token: string): string {
  if (!token.includes("~") && !token.includes("/")) return token
  return token.replaceAll("~", "~0").replaceAll("/", "~1")
}
