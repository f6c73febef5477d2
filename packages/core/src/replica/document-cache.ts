import type { DocumentId } from "../document/document-id.ts"
import type { DocumentState } from "./document-state.ts"

/**
 * Loaded documents. Those used last are held within a memory budget; the others only as long as somebody else holds
 * them (a handle, a native document, pending work), so that there are never two live copies of one document.
 */
export class DocumentCache {
  readonly #budgetBytes: number
  readonly #held = new Map<DocumentId, { readonly state: DocumentState; bytes: number }>()
  readonly #known = new Map<DocumentId, WeakRef<DocumentState>>()
  readonly #registry = new FinalizationRegistry<DocumentId>(id => {
    if (this.#known.get(id)?.deref() === undefined) this.#known.delete(id)
  })
  #heldBytes = 0

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes
  }

  /** Documents held by the cache itself. */
  get size(): number {
    return this.#held.size
  }

  /** What the documents held by the cache itself take, as their engines guess. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** Every live document. */
  *live(): Iterable<DocumentState> {
    for (const reference of this.#known.values()) {
      const state = reference.deref()
      if (state !== undefined) yield state
    }
  }

  get(id: DocumentId): DocumentState | undefined {
    const state = this.#known.get(id)?.deref()
    if (state !== undefined) this.touch(state)
    return state
  }

  add(state: DocumentState): void {
    this.#known.set(state.id, new WeakRef(state))
    this.#registry.register(state, state.id)
    this.touch(state)
  }

  /** Marks as used last, and lets go of the least used ones beyond the budget. */
  touch(state: DocumentState): void {
    const entry = this.#held.get(state.id)
    if (entry !== undefined) {
      this.#held.delete(state.id)
      this.#heldBytes -= entry.bytes
    }
    const bytes = state.document.memoryBytes
    this.#held.set(state.id, { state, bytes })
    this.#heldBytes += bytes
    for (const [id, oldest] of this.#held) {
      if (this.#heldBytes <= this.#budgetBytes || id === state.id) break
      this.#held.delete(id)
      this.#heldBytes -= oldest.bytes
    }
  }

  /** Forgets a document whose content is no longer to be trusted. */
  remove(id: DocumentId): void {
    const entry = this.#held.get(id)
    if (entry !== undefined) this.#heldBytes -= entry.bytes
    this.#held.delete(id)
    this.#known.delete(id)
  }

  clear(): void {
    this.#held.clear()
    this.#known.clear()
    this.#heldBytes = 0
  }
}
