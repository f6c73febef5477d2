/** One member of the set a tree stands for. */
export interface MerkleEntry {
  /** Hash of what the entry is about; also its place in the tree. */
  readonly key: Uint8Array
  /** 32-byte digest of its content. */
  readonly digest: Uint8Array
}

/**
 * A tree's node at a prefix: a function of the entries whose keys begin with the prefix, and of nothing else.
 *
 * - `empty` — there are none.
 * - `bucket` — there are at most 16; here they are, ascending by key.
 * - `inner` — there are more; `hashes` are the 16 children's, 32 bytes each, one after the other.
 */
export type MerkleNode =
  | { readonly kind: "empty" }
  | { readonly kind: "bucket"; readonly entries: readonly MerkleEntry[] }
  | { readonly kind: "inner"; readonly hashes: Uint8Array }

/** A place in a tree: the first hexadecimal digits, lower case, that keys there have in common. `""` is the root. */
export type MerklePrefix = string

/** Most entries a node lists before it splits: as many as it would have children. */
export const MAX_BUCKET = 16
