import { decodeHead, encodeBase } from "../codec/facts-codec.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { EngineDocument } from "../engine/engine.ts"
import type { StoredDocument } from "../store/store.ts"
import { openEngineDocument } from "./document-loader.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { verifiedSnapshot } from "./verified-snapshot.ts"

/** Makes bases of all there is of a document, for peers to whom its commits would be more. */
export class CurrentSnapshots {
  readonly #core: ReplicaCore
  /** The one made last: new peers tend to come together. */
  #last:
    | { readonly id: DocumentId; readonly position: number; readonly bytes: Uint8Array | undefined }
    | undefined

  constructor(core: ReplicaCore) {
    this.#core = core
  }

  /** The base which a document's stored state amounts to, as an envelope; absent where there is none that loads. O(document). */
  of(stored: StoredDocument): Uint8Array | undefined {
    const { id, position, body } = stored.head
    if (this.#last?.id === id && this.#last.position === position) return this.#last.bytes
    const document = this.#live(stored)
    const snapshot =
      document === undefined ? this.#loaded(stored) : verifiedSnapshot(document, this.#core.setupOf(id))
    const bytes = snapshot && encodeBase({ document: id, facts: decodeHead(body), snapshot })
    this.#last = { id, position, bytes }
    return bytes
  }

  /** The open document, if it is just what is stored. */
  #live({ head }: StoredDocument): EngineDocument | undefined {
    const state = this.#core.cache.get(head.id)
    if (state === undefined || state.position !== head.position || state.dirty || state.damaged)
      return undefined
    return state.inFlight !== undefined || state.isHeldBack ? undefined : state.document
  }

  #loaded(stored: StoredDocument): Uint8Array | undefined {
    const setup = this.#core.setupOf(stored.head.id)
    const document = openEngineDocument(stored, setup)
    try {
      return verifiedSnapshot(document, setup)
    } finally {
      document.destroy()
    }
  }
}
