import { unescapeToken } from "../pointer/json-pointer.ts"
import { childOf, elementIndex, insertionIndex, missing } from "./read-at.ts"
import { isContainer } from "./container.ts"

/** One step of a resolved path: a number in an array, a name in an object. */
export type Step = string | number

/** Where a pointer leads in a certain document. */
export interface Location {
  /** Empty for the root. `-` has become the index it stands for. */
  readonly steps: readonly Step[]
  /** Whether something is there; otherwise it is a place to add something. */
  readonly exists: boolean
  /** What is there, if anything. */
  readonly value: unknown
}

/**
 * Resolves a pointer whose last token may be a place yet to be filled. Throws `json-patch-path-missing` or
 * `json-patch-index-invalid` when everything before it does not exist.
 */
export function locate(document: unknown, path: string): Location {
  const steps: Step[] = []
  let value = document
  let exists = true
  for (let start = 1; start <= path.length; ) {
    const slash = path.indexOf("/", start)
    const last = slash === -1
    const token = unescapeToken(path.slice(start, last ? path.length : slash))
    if (!isContainer(value)) throw missing(token)
    if (Array.isArray(value)) {
      const index = last ? insertionIndex(value, token) : elementIndex(value, token)
      steps.push(index)
      exists = index < value.length
      value = value[index]
    } else {
      exists = Object.hasOwn(value, token)
      if (!exists && !last) throw missing(token)
      steps.push(token)
      value = exists ? childOf(value, token) : undefined
    }
    start = last ? path.length + 1 : slash + 1
  }
  return { steps, exists, value }
}
