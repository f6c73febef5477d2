import type { Path } from "../document/json.ts"
import { coreError } from "../errors/core-error.ts"

/**
 * Places in documents. As a text, keys and indexes with slashes between: `*` is any one of them, `**` any number of them,
 * none included; `""` is the document itself. As an array, texts are keys as they are, and `{ any: "one" }` and
 * `{ any: "path" }` say the same.
 */
export type PathPattern = string | readonly (string | number | { readonly any: "one" | "path" })[]

/** A pattern, ready to be compared with many paths. */
export interface PathMatcher {
  readonly matches: (path: Path) => boolean
}

type Step = string | { readonly any: "one" | "path" }

/** @throws SynclineError `options-invalid` */
export function pathMatcher(pattern: PathPattern): PathMatcher {
  const steps = stepsOf(pattern)
  return { matches: path => matches(steps, path) }
}

function stepsOf(pattern: unknown): readonly Step[] {
  if (pattern === "") return []
  if (typeof pattern === "string")
    return pattern.split("/").map(step => {
      if (step === "") throw invalid(pattern, 'it has an empty key; write it as an array to mean the key ""')
      return step === "**" ? { any: "path" } : step === "*" ? { any: "one" } : step
    })
  if (!Array.isArray(pattern)) throw invalid(pattern, "it is to be a text or an array")
  return (pattern as readonly unknown[]).map(step => {
    if (typeof step === "string") return step
    if (typeof step === "number") return String(step)
    if (isWildcard(step)) return step
    throw invalid(pattern, 'its steps are keys, indexes, { any: "one" } and { any: "path" }')
  })
}

function isWildcard(step: unknown): step is Exclude<Step, string> {
  const any = typeof step === "object" && step !== null && "any" in step ? step.any : undefined
  return any === "one" || any === "path"
}

/** O(pattern × path): which prefixes of the path the pattern so far fits, step by step. */
function matches(steps: readonly Step[], path: Path): boolean {
  let fits = [true, ...path.map(() => false)]
  for (const step of steps) {
    const next = fits.map(() => false)
    for (let at = 0; at <= path.length; at++) {
      const isReached = fits[at] === true || (isAnyPath(step) && next[at - 1] === true)
      if (isAnyPath(step)) next[at] = isReached
      else if (at > 0 && fits[at - 1] === true) next[at] = isOne(step, path[at - 1])
    }
    fits = next
  }
  return fits.at(-1) === true
}

function isAnyPath(step: Step): boolean {
  return typeof step !== "string" && step.any === "path"
}

function isOne(step: Step, key: string | number | undefined): boolean {
  return typeof step !== "string" || step === String(key)
}

function invalid(pattern: unknown, why: string): Error {
  return coreError("options-invalid", `${JSON.stringify(pattern)} is no pattern of paths: ${why}`)
}
