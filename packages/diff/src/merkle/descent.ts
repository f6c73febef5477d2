import { argumentError } from "../argument/argument-error.ts"
import { diffError } from "../error/diff-error.ts"
import { checkReport } from "./check-report.ts"
import { differentChildren, differentEntries, type MerkleDifference } from "./different-entries.ts"
import { isList } from "./is-list.ts"
import type { MerklePrefix } from "./merkle-node.ts"
import type { MerkleReport } from "./merkle-report.ts"
import type { MerkleTree } from "./merkle-tree.ts"

/** Bounds of a descent. */
export interface DescentLimits {
  /** Most nodes to ask for in all. Two trees of a million entries without a common one have about 400,000. */
  readonly maxNodes: number
  /** Most nodes to ask for at once. Default: 64, hence answers of at most 70 kB. Above 1,024 the peer has to allow it, too. */
  readonly maxAsked?: number
}

/** A comparison with a peer's tree in progress. A value: keep it, compare it, drop it. */
export interface MerkleDescent {
  /** What the peer is to report next, in this order; nothing once the descent is done. */
  readonly ask: readonly MerklePrefix[]
  /** Known to differ, to be asked for later. */
  readonly waiting: readonly MerklePrefix[]
  /** Nodes reported so far. */
  readonly visited: number
  readonly limits: Required<DescentLimits>
}

/** What a step leads to. */
export interface DescentStep {
  readonly descent: MerkleDescent
  /** What this step found, each key once over the whole descent; in no particular order. */
  readonly differences: readonly MerkleDifference[]
}

// Large enough to keep a link busy over a round trip, small enough for one frame.
const DEFAULT_MAX_ASKED = 64

/** A descent about to ask for the peer's root node. Throws `argument-invalid` for limits that are no numbers, or no node to be asked for. */
export function beginDescent(limits: DescentLimits): MerkleDescent {
  if (typeof limits !== "object" || limits === null)
    throw argumentError("limits", limits, "an object with maxNodes, the most nodes to ask for")
  const { maxNodes, maxAsked = DEFAULT_MAX_ASKED } = limits
  if (!isFrom(0, maxNodes)) throw argumentError("maxNodes", maxNodes, "a number from 0 on")
  if (!isFrom(1, maxAsked)) throw argumentError("maxAsked", maxAsked, "a number from 1 on, or left out")
  return { ask: [""], waiting: [], visited: 0, limits: { maxNodes, maxAsked } }
}

/**
 * Takes the peer's reports on everything in `descent.ask`, in that order, and says what differs and what to ask next. A
 * node is asked for only if its hash differs from the one `tree` has there. Pure; sends and receives nothing.
 *
 * The trees may change while a descent runs: it then finds what differed at either time, and new roots tell whether
 * another one is needed. A peer that lies can only waste `maxNodes` reports, and then fails to reach equal roots.
 *
 * Throws `merkle-report-invalid` for reports nobody asked for or no tree can have, `merkle-limit` when `maxNodes` do
 * not suffice. The descent is as it was then.
 */
export function stepDescent(
  tree: MerkleTree,
  descent: MerkleDescent,
  reports: readonly MerkleReport[]
): DescentStep {
  const { limits } = descent
  if (!isList(reports)) {
    throw diffError("merkle-report-invalid", "the peer reported no list of nodes; stop comparing with it")
  }
  if (reports.length > descent.ask.length) {
    throw diffError(
      "merkle-report-invalid",
      `the peer reported ${reports.length} nodes, ${descent.ask.length} were asked for`
    )
  }
  const differences: MerkleDifference[] = []
  const waiting = [...descent.waiting]
  descent.ask.forEach((prefix, i) => {
    const { node } = checkReport(reports[i], prefix, tree.keyBytes)
    if (node.kind === "inner") {
      waiting.push(...differentChildren(tree, prefix, node.hashes))
    } else {
      const theirs = node.kind === "empty" ? [] : node.entries
      // One by one: a peer that has nothing leaves more than fits on the stack as arguments.
      for (const each of differentEntries([...tree.entries(prefix)], theirs)) differences.push(each)
    }
  })
  const visited = descent.visited + descent.ask.length
  if (visited + waiting.length > limits.maxNodes) {
    throw diffError(
      "merkle-limit",
      `comparing takes more than maxNodes, ${limits.maxNodes} nodes: raise it, or exchange the whole set instead`
    )
  }
  // The latest found go first, deepest first: what waits stays short that way.
  const ask = waiting.splice(-limits.maxAsked)
  return { descent: { ask, waiting, visited, limits }, differences }
}

function isFrom(least: number, limit: unknown): boolean {
  return typeof limit === "number" && limit >= least
}
