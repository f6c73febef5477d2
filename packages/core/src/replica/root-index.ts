import { MerkleTree } from "@syncline/diff/merkle"
import { sha256 } from "#platform"
import { ByteWriter } from "@syncline/clock/bytes"
import type { DocumentId } from "../document/document-id.ts"
import { collectionOf } from "../document/document-id.ts"
import type { StoreSession } from "../store/store.ts"
import type { UnitRoot } from "../sync/sync-host.ts"

/** Heads read at a time while building: more of them at once only grow the heap, which does not shrink again. */
const pageSize = 500

/**
 * Merkle roots over the digests of each collection's documents. Built from the store's heads when first asked for
 * (about a microsecond a document), then kept current by the appends.
 */
export class RootIndex {
  readonly #session: StoreSession
  readonly #trees = new Map<string, MerkleTree>()
  #state: "unbuilt" | "building" | "built" = "unbuilt"
  #building: Promise<void> | undefined
  /** Documents appended while building: what the scan says of them may be older. */
  readonly #fresh = new Set<DocumentId>()

  constructor(session: StoreSession) {
    this.#session = session
  }

  /** Takes in a document's new durable digest. */
  set(id: DocumentId, digest: Uint8Array): void {
    if (this.#state === "unbuilt") return
    if (this.#state === "building") this.#fresh.add(id)
    this.#put(id, digest)
  }

  /** Roots in ascending order of collection. */
  async roots(): Promise<readonly UnitRoot[]> {
    this.#building ??= this.#build().catch((error: unknown) => {
      this.#forget()
      throw error
    })
    await this.#building
    return [...this.#trees]
      .map(([collection, tree]) => ({ collection, root: tree.root(), documents: tree.size }))
      .sort((a, b) => (a.collection < b.collection ? -1 : 1))
  }

  async #build(): Promise<void> {
    this.#state = "building"
    let after: DocumentId | undefined
    for (;;) {
      const heads = await this.#session.scanHeads({
        limit: pageSize,
        ...(after === undefined ? {} : { after })
      })
      for (const { id, digest } of heads) if (!this.#fresh.has(id)) this.#put(id, digest)
      after = heads.at(-1)?.id
      if (heads.length < pageSize) break
    }
    this.#fresh.clear()
    this.#state = "built"
  }

  /** What was read of the heads is no use without the rest: the next caller begins anew. */
  #forget(): void {
    this.#trees.clear()
    this.#fresh.clear()
    this.#state = "unbuilt"
    this.#building = undefined
  }

  #put(id: DocumentId, digest: Uint8Array): void {
    const collection = collectionOf(id)
    let tree = this.#trees.get(collection)
    if (tree === undefined) {
      tree = new MerkleTree(sha256)
      this.#trees.set(collection, tree)
    }
    tree.set(leafKey(id), digest)
  }
}

/** Used for one document after another. */
const writer = new ByteWriter(256)

/** Spreads documents evenly over the tree. */
function leafKey(id: DocumentId): Uint8Array {
  writer.reset()
  writer.varString("syncline/leaf/1")
  writer.varString(id)
  return sha256(writer.finish())
}
