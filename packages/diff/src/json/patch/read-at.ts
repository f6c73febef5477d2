import { diffError } from "../../error/diff-error.ts"
import { arrayIndex } from "../pointer/array-index.ts"
import { quoted, unescapeToken } from "../pointer/json-pointer.ts"
import { type Container, isContainer } from "./container.ts"

/**
 * What a pointer leads to, going through own members and existing elements only. Throws `json-patch-path-missing` or
 * `json-patch-index-invalid` when it leads nowhere.
 */
export function readAt(document: unknown, path: string): unknown {
  let value = document
  for (let start = 1; start <= path.length; ) {
    const slash = path.indexOf("/", start)
    const end = slash === -1 ? path.length : slash
    const token = unescapeToken(path.slice(start, end))
    if (!isContainer(value)) throw missing(token)
    value = childOf(value, token)
    start = end + 1
  }
  return value
}

/** The element or own member a token names. Throws as {@link readAt}. */
export function childOf(container: Container, token: string): unknown {
  if (Array.isArray(container)) return container[elementIndex(container, token)]
  if (!Object.hasOwn(container, token)) throw missing(token)
  return container[token]
}

/** The index of an existing element. Throws `json-patch-index-invalid`. */
export function elementIndex(array: readonly unknown[], token: string): number {
  const index = arrayIndex(token)
  if (index === -1 || index >= array.length)
    throw badIndex(token, array, "an element is named by its number from 0 on")
  return index
}

/** The index at which an element can be inserted, `-` being the end. Throws `json-patch-index-invalid`. */
export function insertionIndex(array: readonly unknown[], token: string): number {
  const index = token === "-" ? array.length : arrayIndex(token)
  if (index === -1 || index > array.length)
    throw badIndex(token, array, `insert at 0 to ${array.length} or at "-"`)
  return index
}

/** The error for a token that leads nowhere. */
export function missing(token: string): Error {
  return diffError(
    "json-patch-path-missing",
    `there is nothing at ${quoted(token)}; was the patch made for another version?`
  )
}

function badIndex(token: string, { length }: readonly unknown[], advice: string): Error {
  return diffError(
    "json-patch-index-invalid",
    `${quoted(token)} is no index there, in an array of ${length}: ${advice}, without leading zeros; was the patch made for another version?`
  )
}
