import { chunkBytes } from "../../chunks/chunk-bytes.ts"
import type { ChunkerOptions } from "../../chunks/chunker-options.ts"
import type { ContentHasher } from "./content-hasher.ts"

/**
 * How contents are cut into leaves. Smaller ones shrink what travels around an edit and add digests: of the sizes from 64 to
 * 512, 128 needed the fewest bytes on the inputs we tune on.
 */
export const leafOptions: ChunkerOptions = { minBytes: 64, averageBytes: 128, maxBytes: 1024 }
/** Least bytes of any leaf but the last. */
export const LEAF_MIN_BYTES = 64
/** Most children of a node. */
export const MOST_CHILDREN = 16
/** Fewest children of a node, but for the last of a level; from there on, one child in END_ODDS ends it. */
export const LEAST_CHILDREN = 4
const END_ODDS = 4

/** The nodes of one level, in order of content: node `i` covers bytes `ends[i - 1] … ends[i]`. */
export interface TreeLevel {
  readonly digests: readonly number[]
  /** Where in the content a node ends. */
  readonly ends: readonly number[]
  /** Where among the nodes one level below its children end; empty for leaves. */
  readonly childEnds: readonly number[]
}

/** The level of a content that has no such level. */
export const noNodes: TreeLevel = { digests: [], ends: [], childEnds: [] }

/** The levels of a content, leaves first, up to one of a single node; a single empty level for no content. */
export type ContentTree = readonly TreeLevel[]

/**
 * A tree whose shape depends on content alone: equal stretches of two contents have equal nodes inside, wherever they
 * are. About a microsecond a leaf.
 */
export function contentTree(bytes: Uint8Array, hasher: ContentHasher): ContentTree {
  let start = 0
  const ends = chunkBytes(bytes, leafOptions)
  const digests = ends.map(end => {
    const digest = hasher.leaf(bytes.subarray(start, end))
    start = end
    return digest
  })
  let level: TreeLevel = { digests, ends, childEnds: [] }
  const levels = [level]
  while (level.digests.length > 1) {
    level = levelAbove(level, hasher)
    levels.push(level)
  }
  return levels
}

function levelAbove({ digests, ends }: TreeLevel, hasher: ContentHasher): TreeLevel {
  const above: { digests: number[]; ends: number[]; childEnds: number[] } = {
    digests: [],
    ends: [],
    childEnds: []
  }
  for (let from = 0; from < digests.length; ) {
    const to = nodeEnd(digests, from)
    above.digests.push(hasher.node(digests.slice(from, to)))
    above.ends.push(ends[to - 1] ?? 0)
    above.childEnds.push(to)
    from = to
  }
  return above
}

function nodeEnd(digests: readonly number[], from: number): number {
  const last = Math.min(digests.length, from + MOST_CHILDREN)
  for (let to = from + LEAST_CHILDREN; to < last; to++) {
    if ((digests[to - 1] ?? 0) % END_ODDS === 0) return to
  }
  return last
}
