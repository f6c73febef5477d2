/**
 * What merkle functions throw with.
 *
 * - `merkle-key-invalid` — a key, digest or prefix has another length or form than the tree's, or the hash function returned other than
 *   32 bytes.
 * - `merkle-report-invalid` — a peer reported a node that was not asked for, or that no tree has.
 * - `merkle-proof-invalid` — a proof that no tree with the root given could have made for the key.
 * - `merkle-limit` — a descent would visit more nodes than its limit allows, or a peer asks for more at once than allowed.
 */
export type MerkleErrorCode =
  | "merkle-key-invalid"
  | "merkle-report-invalid"
  | "merkle-proof-invalid"
  | "merkle-limit"
