import type { ContentHasher } from "./content-hasher.ts"
import { damaged } from "./damaged.ts"
import { type Leaf, LeafCutter } from "./leaf-cutter.ts"
import type { KnownNodes, Plan } from "./plan.ts"
import { shortDigest } from "./round-message.ts"

/** The leaves below the unknown nodes of the level above them. */
export interface Families {
  /** The plan before the leaves were sent. */
  readonly plan: Plan
  /** Bits of the digests of its unknown nodes. */
  readonly width: number
  /** Digests of the leaves below each unknown node, by the digest of that, as far as they were sent. */
  readonly byParent: ReadonlyMap<number, readonly number[]>
}

/** What is known of leaves: sent by the peer, or found in the old content. */
export interface LeafSource {
  readonly old: Uint8Array
  readonly known: KnownNodes
  /** By digest as far as it was sent. */
  readonly leaves: ReadonlyMap<number, Leaf>
  readonly hasher: ContentHasher
}

/**
 * The parents whose leaves do not hash to their digest, in order: one of the leaves was taken for an old one that only
 * begins with the same bits. Digests of parents are long enough to be relied on.
 */
export function damagedFamilies({ byParent, width }: Families, source: LeafSource): ReadonlySet<number> {
  const damagedOnes = new Set<number>()
  for (const [parent, children] of byParent) {
    const digests = children.map(child => source.leaves.get(child)?.digest ?? source.known.digestOf(child))
    if (shortDigest(source.hasher.node(digests), width) !== parent) damagedOnes.add(parent)
  }
  return damagedOnes
}

/**
 * Takes the bytes of damaged families, one behind the other.
 *
 * @throws SynclineError `rounds-damaged` if they are not those of the families either.
 */
export function repairFamilies(
  bytes: Uint8Array,
  families: Families,
  wrong: ReadonlySet<number>,
  hasher: ContentHasher
): ReadonlyMap<number, readonly Uint8Array[]> {
  const cutter = new LeafCutter(bytes, hasher)
  const repaired = new Map<number, readonly Uint8Array[]>()
  for (const parent of wrong) {
    const leaves = Array.from(families.byParent.get(parent) ?? [], () => cutter.next())
    if (shortDigest(hasher.node(leaves.map(({ digest }) => digest)), families.width) !== parent)
      throw damaged("leaves do not have the digest of the node above them")
    repaired.set(
      parent,
      leaves.map(leaf => leaf.bytes)
    )
  }
  cutter.expectEnd()
  return repaired
}

/** The content in pieces, with the repaired families in their places. */
export function repairedParts(
  { plan, byParent }: Families,
  repaired: ReadonlyMap<number, readonly Uint8Array[]>,
  source: LeafSource
): Uint8Array[] {
  return plan.flatMap(part => {
    if (part.kind === "known") return [source.old.subarray(part.start, part.end)]
    return (
      repaired.get(part.digest) ?? (byParent.get(part.digest) ?? []).map(child => leafBytes(child, source))
    )
  })
}

function leafBytes(digest: number, { old, known, leaves }: LeafSource): Uint8Array {
  const sent = leaves.get(digest)
  if (sent !== undefined) return sent.bytes
  const found = known.find(digest)
  return found.kind === "known" ? old.subarray(found.start, found.end) : new Uint8Array(0)
}
