import { MerkleTree } from "@syncline/diff/merkle"
import { sha256 } from "#platform"
import type { DocumentId } from "../document/document-id.ts"
import type { Substitutes } from "../sync/scope-view.ts"
import { documentKey } from "../tracking/document-key.ts"
import type { UnitIndex } from "./unit-index.ts"

/**
 * A unit's tree as the other side has it, where many documents stand otherwise there: a copy, kept current, so that a root costs what
 * changed since the last one. Takes as much memory as the unit's own tree.
 */
export class OtherSide {
  readonly #index: UnitIndex
  readonly #tree = new MerkleTree(sha256)
  /** What stands for ours in the tree. */
  readonly #standing = new Map<DocumentId, Uint8Array | undefined>()
  readonly #unsubscribe: () => void
  /** Fulfilled when the copy is made. */
  readonly ready: Promise<void>

  constructor(index: UnitIndex) {
    this.#index = index
    this.#unsubscribe = index.onSet((id, key, digest) => {
      if (!this.#standing.has(id)) this.#tree.set(key, digest)
    })
    this.ready = index.copyTo(this.#tree)
  }

  /** Root and number of documents where these digests stand for ours. To be called when it is ready. */
  root(substitutes: Substitutes): { readonly root: Uint8Array; readonly documents: number } {
    for (const [id, theirs] of substitutes)
      if (!this.#standing.has(id) || this.#standing.get(id) !== theirs) this.#stand(id, theirs)
    for (const id of this.#standing.keys()) if (!substitutes.has(id)) this.#restore(id)
    return { root: this.#tree.root(), documents: this.#tree.size }
  }

  /** The copy is not used any more. */
  close(): void {
    this.#unsubscribe()
  }

  #stand(id: DocumentId, theirs: Uint8Array | undefined): void {
    const key = documentKey(id)
    // What is not here is not compared.
    if (this.#index.tree.get(key) === undefined) return
    this.#standing.set(id, theirs)
    if (theirs === undefined) this.#tree.delete(key)
    else this.#tree.set(key, theirs)
  }

  #restore(id: DocumentId): void {
    this.#standing.delete(id)
    const key = documentKey(id)
    const ours = this.#index.tree.get(key)
    if (ours !== undefined) this.#tree.set(key, ours)
  }
}
