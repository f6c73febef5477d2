import { type Alignment, CHANGED, MOVED, setOrigin } from "./alignment.ts"
import type { DiffContext } from "./diff-context.ts"
import type { ElementKeys } from "./element-keys.ts"
import { internElements } from "./intern-json.ts"
import { measureJson } from "./measure-json.ts"

// A move of an element between two gaps with replacements costs an operation more than replacing, hence pays only for
// a value larger than an operation and its two paths.
const OPERATION_BYTES = 24

/** Elements that went and came, by their position in the window. */
export interface Leftovers {
  readonly gone: readonly number[]
  readonly come: readonly number[]
  /** For each that went whether nothing came in its place. */
  readonly goneAlone: readonly boolean[]
  /** For each that came whether nothing went in its place. */
  readonly comeAlone: readonly boolean[]
}

/**
 * Takes each element that came for an equal one (or one of the same key) that went elsewhere, in order, where that makes
 * the patch shorter. Linear.
 */
export function findMoves(
  context: DiffContext,
  alignment: Alignment,
  { gone, come, goneAlone, comeAlone }: Leftovers,
  keys: ElementKeys | undefined
): void {
  if (gone.length === 0 || come.length === 0) return
  const { a, b, aStart, bStart } = alignment
  const left = { elements: gone.map(i => a[aStart + i]), keys: keys && gone.map(i => keys.a[aStart + i]) }
  const right = { elements: come.map(j => b[bStart + j]), keys: keys && come.map(j => keys.b[bStart + j]) }
  const ids = internElements(context, left, right)
  const waiting = goneById(ids.a, ids.distinct)
  const path = context.writer.pointer()
  const atLeast = OPERATION_BYTES + path.length
  come.forEach((j, at) => {
    const id = ids.b[at] ?? 0
    const from = waiting.first[id] ?? -1
    const i = gone[from]
    if (i === undefined) return
    const keyed = left.keys?.[from] !== undefined
    const alone = goneAlone[from] === true && comeAlone[at] === true
    if (!keyed && !alone && measureJson(b[bStart + j], atLeast, path, bStart + j) <= atLeast) return
    waiting.first[id] = waiting.next[from] ?? -1
    setOrigin(alignment, i, j, keyed ? MOVED | CHANGED : MOVED)
  })
}

/** For each id the first element that has it, for each element the next one that has the same; -1 for none. */
function goneById(ids: Int32Array, distinct: number): { first: Int32Array; next: Int32Array } {
  const first = new Int32Array(distinct).fill(-1)
  const next = new Int32Array(ids.length)
  // Backwards, so that the first element of an id is the one met last.
  for (let i = ids.length - 1; i >= 0; i--) {
    const id = ids[i] ?? 0
    next[i] = first[id] ?? -1
    first[id] = i
  }
  return { first, next }
}
