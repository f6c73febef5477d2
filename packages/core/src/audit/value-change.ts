import { isSynclineError } from "@syncline/clock"
import { diffJson } from "@syncline/diff/json/diff"
import { diffText } from "@syncline/diff/text"
import type { ExtendedJsonPatch } from "@syncline/diff/json"
import type { JsonObject } from "../document/json.ts"
import type { ValueChange } from "./audit-entry.ts"

/** Paths an entry names; one commit may touch a million. */
const maxPaths = 64

/** Characters those may take together. */
const maxPathChars = 4_096

/** Search steps for one patch: a millisecond or two. Beyond them it gets longer, not wrong. */
const maxWork = 1 << 18

/**
 * What became of a value, with a patch of at most so many bytes of JSON. Every change is told where it is and with what
 * it put there, so that a line can be read without those before it: nothing is moved or copied.
 */
export function valueChange(before: JsonObject, after: JsonObject, maxPatchBytes: number): ValueChange {
  if (before === after) return { paths: [], patch: [] }
  try {
    const patch = diffJson(before, after, { whole: false, moves: false, text: diffText, maxWork })
    const paths = pathsOf(patch)
    return isWithin(patch, maxPatchBytes) ? { ...paths, patch } : { ...paths, omitted: "size" }
  } catch (error) {
    if (!isSynclineError(error, "json-diff-key-unsafe")) throw error
    return { paths: [""], omitted: "key" }
  }
}

function pathsOf(patch: ExtendedJsonPatch): Pick<ValueChange, "paths" | "morePaths"> {
  const all = new Set(patch.map(({ path }) => path))
  const paths: string[] = []
  let chars = 0
  for (const path of all) {
    chars += path.length
    if (paths.length === maxPaths || chars > maxPathChars) break
    paths.push(path)
  }
  const more = all.size - paths.length
  return more === 0 ? { paths } : { paths, morePaths: more }
}

/** Costs no more than what may be kept, where one operation is not itself much larger. */
function isWithin(patch: ExtendedJsonPatch, maxBytes: number): boolean {
  let bytes = 2
  for (const operation of patch) {
    bytes += JSON.stringify(operation).length + 1
    if (bytes > maxBytes) return false
  }
  return true
}
