import { fullLimits } from "../argument/full-limits.ts"
import { diffError } from "../error/diff-error.ts"
import { isList } from "./is-list.ts"
import type { MerkleNode, MerklePrefix } from "./merkle-node.ts"
import type { MerkleTree } from "./merkle-tree.ts"

/** One node of a tree, as it is told to a peer. */
export interface MerkleReport {
  readonly prefix: MerklePrefix
  readonly node: MerkleNode
}

/** Bounds of an answer. */
export interface ReportLimits {
  /** Most prefixes a peer may ask for at once. Default: 1,024, hence answers of at most 1.1 MB; a descent asks for 64 by default. */
  readonly maxAsked?: number
}

const DEFAULTS: Required<ReportLimits> = { maxAsked: 1024 }

/**
 * Answers a peer's `ask`, in its order: at most 1.1 kB a prefix. What was asked for is checked, and may come from a message as it is.
 *
 * Throws `merkle-key-invalid` when it is no list, or something asked for is no prefix of a key or is asked for twice, `merkle-limit` when
 * it is longer than allowed, `argument-invalid` for a limit that is no number.
 */
export function reportNodes(
  tree: MerkleTree,
  ask: readonly MerklePrefix[],
  limits: ReportLimits = {}
): MerkleReport[] {
  const { maxAsked } = fullLimits(DEFAULTS, limits)
  if (!isList(ask))
    throw diffError("merkle-key-invalid", "the peer asks for no list of prefixes; stop comparing with it")
  if (ask.length > maxAsked) {
    const message = `the peer asks for ${ask.length} nodes at once, more than ${maxAsked}: lower maxAsked of its descent, or raise it here`
    throw diffError("merkle-limit", message, { maxAsked })
  }
  // A descent never asks twice; a few bytes a prefix would bring a kilobyte each.
  if (new Set(ask).size !== ask.length)
    throw diffError("merkle-key-invalid", "the peer asks for a node twice; stop comparing with it")
  return Array.from(ask, prefix => ({ prefix, node: tree.node(prefix) }))
}
