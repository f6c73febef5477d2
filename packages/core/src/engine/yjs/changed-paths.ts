import * as Y from "yjs"
import type { Path } from "../../document/json.ts"
import { outermostPaths } from "../outermost-paths.ts"
import { sharedKind } from "./shared-kind.ts"
import { itemOf, markersOf, type SharedType } from "./yjs-internals.ts"

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

/** The same, for what is mostly one transaction: its sets are shared, and copied before anything is added. */
export function shareChanged(into: ChangedTypes, transaction: Y.Transaction): void {
  for (const [type, keys] of transaction.changed) {
    const known = into.get(type)
    into.set(type, known === undefined ? keys : new Set([...known, ...keys]))
  }
}

/**
 * The outermost paths below `root` of what changed, as the document stands now. What lies in deleted containers
 * is covered by the path of their removal. Cost: depth, and for each list passed the elements between the changed one and those looked up last.
 */
export function changedPaths(changed: ChangedTypes, root: Y.Map<unknown>): Path[] {
  const paths: Path[] = []
  for (const [type, keys] of changed) {
    const path = pathOf(type, root)
    if (path === undefined) continue
    if (path.whole) paths.push(path.steps)
    else for (const each of keyPaths(path.steps, keys)) paths.push(each)
  }
  // The keys of one map lie beside each other.
  return changed.size === 1 ? paths : outermostPaths(paths)
}

/**
 * The same, of the document as it stands now, for who may not need them: many keys of one map become paths when they are
 * asked for.
 */
export function laterPaths(changed: ChangedTypes, root: Y.Map<unknown>): () => readonly Path[] {
  const [only] = changed
  const path = only === undefined || changed.size > 1 ? undefined : pathOf(only[0], root)
  if (only === undefined || path === undefined || path.whole) {
    const paths = changedPaths(changed, root)
    return () => paths
  }
  let paths: readonly Path[] | undefined
  return () => (paths ??= keyPaths(path.steps, only[1]))
}

function keyPaths(steps: Path, keys: ReadonlySet<string | null>): Path[] {
  const paths: Path[] = []
  for (const key of keys) if (key !== null) paths.push([...steps, key])
  return paths
}

/** `whole`: the path is that of a list, text, counter or XML element, this or an outer one, which only changes as a whole. */
function pathOf(type: SharedType, root: Y.Map<unknown>): { steps: Path; whole: boolean } | undefined {
  const steps: (string | number)[] = []
  let whole = sharedKind(type) !== "map"
  let at: SharedType = type
  for (let item = itemOf(at); item !== null; item = itemOf(at)) {
    const parent = item.parent as SharedType
    if (sharedKind(parent) === "map") steps.unshift(item.parentSub ?? "")
    else if (parent.constructor === Y.Array) steps.unshift(indexOf(item, parent))
    else {
      steps.length = 0
      whole = true
    }
    at = parent
  }
  return at === root ? { steps, whole } : undefined
}

function indexOf(item: Y.Item, list: SharedType): number {
  let index = 0
  for (let at: Y.Item | null = item; at !== null; at = at.left) {
    if (at !== item && !at.deleted && at.countable) index += at.length
    // What was changed was mostly looked up before, and Yjs remembers where that was.
    const known = at.marker ? markersOf(list).find(({ p }) => p === at) : undefined
    if (known !== undefined) return known.index + index
  }
  return index
}
