import type { SequenceEdit } from "../../sequence/sequence-edit.ts"
import type { SequencePair } from "../../sequence/shingles.ts"
import { type Alignment, CHANGED, MOVED, setOrigin } from "./alignment.ts"
import type { DiffContext } from "./diff-context.ts"
import type { ElementKeys } from "./intern-json.ts"
import { measureJson } from "./measure-json.ts"

// A move of an element between two gaps with replacements costs an operation more than replacing, hence pays only for
// a value larger than an operation and its two paths.
const OPERATION_BYTES = 24

/**
 * Takes each element that came for an equal one (or one of the same key) that went elsewhere, in order, where that makes
 * the patch shorter. Linear.
 */
export function findMoves(
  context: DiffContext,
  alignment: Alignment,
  edits: readonly SequenceEdit[],
  ids: SequencePair,
  keys: ElementKeys | undefined
): void {
  const { b, aStart, bStart } = alignment
  const gone = goneById(edits, ids)
  const path = context.writer.pointer()
  const atLeast = OPERATION_BYTES + path.length
  for (const edit of edits) {
    for (let j = edit.bStart; j < edit.bEnd; j++) {
      const id = ids.b[j] ?? 0
      const i = gone.first[id] ?? -1
      if (i < 0) continue
      const keyed = keys?.a[aStart + i] !== undefined
      const pure = edit.aStart === edit.aEnd && gone.pure[i] === 1
      if (!keyed && !pure && measureJson(b[bStart + j], atLeast, `${path}/${bStart + j}`) <= atLeast) continue
      gone.first[id] = gone.next[i] ?? -1
      setOrigin(alignment, i, j, keyed ? MOVED | CHANGED : MOVED)
    }
  }
}

interface Gone {
  /** For each id the first element that went with it, or -1. */
  readonly first: Int32Array
  /** For each element that went the next one of its id, or -1. */
  readonly next: Int32Array
  /** Elements in whose place nothing came. */
  readonly pure: Uint8Array
}

function goneById(edits: readonly SequenceEdit[], { a, distinct }: SequencePair): Gone {
  const first = new Int32Array(distinct).fill(-1)
  const next = new Int32Array(a.length)
  const pure = new Uint8Array(a.length)
  // Backwards, so that the first element of an id is the one met last.
  for (const { aStart, aEnd, bStart, bEnd } of edits.toReversed()) {
    for (let i = aEnd - 1; i >= aStart; i--) {
      const id = a[i] ?? 0
      next[i] = first[id] ?? -1
      first[id] = i
      pure[i] = bStart === bEnd ? 1 : 0
    }
  }
  return { first, next, pure }
}
