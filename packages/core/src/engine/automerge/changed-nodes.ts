import type { Path } from "../../document/json.ts"
import { outermostPaths } from "../outermost-paths.ts"
import type { ObjectNode } from "./object-node.ts"

/** Objects that changed, with the map keys that changed in each, `undefined` for the whole. */
export class ChangedNodes {
  readonly #keys = new Map<ObjectNode, Set<string | undefined>>()
  readonly #contested: (readonly [ObjectNode, string | number])[] = []

  add(node: ObjectNode, key?: string): void {
    const keys = this.#keys.get(node)
    if (keys === undefined) this.#keys.set(node, new Set([key]))
    else keys.add(key)
  }

  /** Adds a place which several objects or values were put into concurrently. */
  addContested(node: ObjectNode, step: string | number): void {
    this.#contested.push([node, step])
  }

  /**
   * Asks the document again what is in contested places. Of several objects put into one place concurrently one is
   * shown; Automerge 3.5 gives patches for what happens inside the others too, with the same path, and not always one
   * when another takes the place, so that nothing told of such a place can be trusted. To be called after changes that
   * come from elsewhere, when all patches are through. Cost: depth of what changed.
   */
  rereadContested(): void {
    for (const node of this.#keys.keys()) {
      const contested = node.attached ? node.contested : undefined
      const step = contested?.parent?.stepTo(contested)
      if (step !== undefined) contested?.parent?.reread(step)
    }
    for (const [node, step] of this.#contested.splice(0)) if (node.attached) node.reread(step)
  }

  /** Identities of the predefined containers the changes lie in. Cost: depth. */
  identities(): Set<number> {
    const found = new Set<number>()
    for (const [node, keys] of this.#keys) {
      for (const key of keys) {
        const counter = key === undefined ? undefined : node.predefinedCounter(key)
        if (counter !== undefined) found.add(counter)
      }
      for (let at: ObjectNode | undefined = node; at?.parent !== undefined; at = at.parent)
        if (at.identified && at.identity !== undefined) found.add(at.identity)
    }
    return found
  }

  /**
   * The outermost paths of what changed, as the document stands now. What is no longer in it is covered by the path of
   * its removal. Cost: depth, and for each list passed the elements before.
   */
  takePaths(root: ObjectNode): Path[] {
    const paths: Path[] = []
    for (const [node, keys] of this.#keys) {
      const path = pathOf(node, root)
      if (path === undefined) continue
      for (const key of keys) paths.push(key === undefined ? path : [...path, key])
    }
    this.#keys.clear()
    return outermostPaths(paths)
  }
}

function pathOf(node: ObjectNode, root: ObjectNode): Path | undefined {
  const steps: (string | number)[] = []
  let at = node
  while (at !== root) {
    const step = at.parent?.stepTo(at)
    if (at.parent === undefined || step === undefined) return undefined
    steps.unshift(step)
    at = at.parent
  }
  return steps
}
