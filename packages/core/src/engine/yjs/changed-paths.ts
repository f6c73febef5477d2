import * as Y from "yjs"
import type { Path } from "../../document/json.ts"
import { outermostPaths } from "../outermost-paths.ts"
import { sharedKind } from "./shared-kind.ts"
import { itemOf, type SharedType } from "./yjs-internals.ts"

/** Changed types with the map keys that changed in each, `null` for its sequence; as Yjs keeps it. */
export type ChangedTypes = Map<SharedType, Set<string | null>>

/** Adds what a transaction changed. */
export function addChanged(into: ChangedTypes, transaction: Y.Transaction): void {
  for (const [type, keys] of transaction.changed) {
    const known = into.get(type)
    if (known === undefined) into.set(type, new Set(keys))
    else for (const key of keys) known.add(key)
  }
}

/**
 * The outermost paths below `root` of what changed, as the document stands now. What lies in deleted containers
 * is covered by the path of their removal. Cost: depth, and for each list passed the elements before.
 */
export function changedPaths(changed: ChangedTypes, root: Y.Map<unknown>): Path[] {
  const paths: Path[] = []
  for (const [type, keys] of changed) {
    const path = pathOf(type, root)
    if (path === undefined) continue
    if (path.whole) paths.push(path.steps)
    else for (const key of keys) if (key !== null) paths.push([...path.steps, key])
  }
  return outermostPaths(paths)
}

/** `whole`: the path is that of a list, text, counter or XML element, this or an outer one, which only changes as a whole. */
function pathOf(type: SharedType, root: Y.Map<unknown>): { steps: Path; whole: boolean } | undefined {
  const steps: (string | number)[] = []
  let whole = sharedKind(type) !== "map"
  let at: SharedType = type
  for (let item = itemOf(at); item !== null; item = itemOf(at)) {
    const parent = item.parent as SharedType
    if (sharedKind(parent) === "map") steps.unshift(item.parentSub ?? "")
    else if (parent.constructor === Y.Array) steps.unshift(indexOf(item))
    else {
      steps.length = 0
      whole = true
    }
    at = parent
  }
  return at === root ? { steps, whole } : undefined
}

function indexOf(item: Y.Item): number {
  let index = 0
  for (let at = item.left; at !== null; at = at.left) if (!at.deleted && at.countable) index += at.length
  return index
}
