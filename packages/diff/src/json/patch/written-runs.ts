import { arrayIndex } from "../pointer/array-index.ts"
import type { Gap } from "./gap-index.ts"
import type { InsertTouch, PatchTouch } from "./patch-touch.ts"

/** Neighbouring elements of an array that are all written, and so may all be gone. */
interface Run {
  readonly first: number
  /** The index after the last of them. */
  end: number
}

/** Which elements of which arrays are written, as runs. */
export class WrittenRuns {
  readonly #runs = new Map<string, Map<number, Run>>()

  constructor(touches: readonly PatchTouch[]) {
    for (const [array, indices] of elementsByArray(touches)) this.#runs.set(array, runsOf(indices))
  }

  /** A gap with the written elements beside it: where they are removed, their two sides become one place. */
  widened({ path, after, before }: InsertTouch): Gap {
    const runs = this.#runs.get(path)
    return { after: runs?.get(after - 1)?.first ?? after, before: runs?.get(before)?.end ?? before }
  }
}

function elementsByArray(touches: readonly PatchTouch[]): Map<string, number[]> {
  const elements = new Map<string, number[]>()
  for (const { access, path } of touches) {
    const slash = path.lastIndexOf("/")
    const index = arrayIndex(path.slice(slash + 1))
    if (access !== "write" || slash === -1 || index === -1) continue
    const array = path.slice(0, slash)
    const indices = elements.get(array)
    if (indices === undefined) elements.set(array, [index])
    else indices.push(index)
  }
  return elements
}

function runsOf(indices: number[]): Map<number, Run> {
  const runs = new Map<number, Run>()
  for (const index of indices.sort((a, b) => a - b)) {
    const run = runs.get(index) ?? runs.get(index - 1) ?? { first: index, end: index }
    run.end = index + 1
    runs.set(index, run)
  }
  return runs
}
