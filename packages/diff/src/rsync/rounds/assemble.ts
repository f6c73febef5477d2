import { shortDigest } from "./round-message.ts"
import type { ContentHasher } from "./content-hasher.ts"
import { damaged } from "./damaged.ts"
import { type Leaf, LeafCutter } from "./leaf-cutter.ts"
import type { Plan } from "./plan.ts"

/**
 * The missing leaves, whose bytes stand one behind the other, by the digests that were sent for them.
 *
 * @throws SynclineError `rounds-damaged` if they do not have those digests.
 */
export function takeMissing(
  bytes: Uint8Array,
  missing: ReadonlySet<number>,
  width: number,
  hasher: ContentHasher
): ReadonlyMap<number, Leaf> {
  const cutter = new LeafCutter(bytes, hasher)
  const leaves = new Map<number, Leaf>()
  for (const digest of missing) {
    const leaf = cutter.next()
    if (shortDigest(leaf.digest, width) !== digest)
      throw damaged("a leaf does not have the digest sent for it")
    leaves.set(digest, leaf)
  }
  cutter.expectEnd()
  return leaves
}

/** The content in pieces, as a plan says. */
export function plannedParts(plan: Plan, old: Uint8Array, leaves: ReadonlyMap<number, Leaf>): Uint8Array[] {
  return plan.map(part =>
    part.kind === "known"
      ? old.subarray(part.start, part.end)
      : (leaves.get(part.digest)?.bytes ?? new Uint8Array(0))
  )
}

/** All parts as one; nothing if they are not `length` bytes long, which a false match can cause. */
export function joinParts(parts: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> | undefined {
  // Before anything is allocated: a peer can name one stretch a million times.
  if (parts.reduce((sum, part) => sum + part.length, 0) !== length) return undefined
  const content = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    content.set(part, at)
    at += part.length
  }
  return content
}
