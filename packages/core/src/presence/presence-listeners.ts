import type { DocumentId } from "../document/document-id.ts"
import type { PeerPresence } from "./presence.ts"
import type { PresenceHost } from "./presence-hook.ts"

type Listener = (others: readonly PeerPresence[]) => void

/** Who wants to hear of presence, by document. Told once a tick, however much changed in it. */
export class PresenceListeners {
  readonly #host: Pick<PresenceHost, "timers" | "warn">
  readonly #read: (document: DocumentId) => readonly PeerPresence[]
  readonly #byDocument = new Map<DocumentId, Set<Listener>>()
  readonly #changed = new Set<DocumentId>()

  constructor(
    host: Pick<PresenceHost, "timers" | "warn">,
    read: (document: DocumentId) => readonly PeerPresence[]
  ) {
    this.#host = host
    this.#read = read
  }

  on(document: DocumentId, listener: Listener): () => void {
    // Wrapped, so that the same function can be added twice and removed once.
    const entry: Listener = others => listener(others)
    const listeners = this.#byDocument.get(document) ?? new Set()
    this.#byDocument.set(document, listeners.add(entry))
    return () => {
      listeners.delete(entry)
      if (listeners.size === 0 && this.#byDocument.get(document) === listeners)
        this.#byDocument.delete(document)
    }
  }

  /** Something changed in a document. */
  changed(document: DocumentId): void {
    if (!this.#byDocument.has(document)) return
    this.#changed.add(document)
    if (this.#changed.size === 1) this.#host.timers.microtask(() => this.#tell())
  }

  #tell(): void {
    const changed = [...this.#changed]
    this.#changed.clear()
    for (const document of changed) {
      const others = this.#read(document)
      for (const listener of this.#byDocument.get(document) ?? []) this.#call(listener, others)
    }
  }

  #call(listener: Listener, others: readonly PeerPresence[]): void {
    try {
      listener(others)
    } catch (error) {
      this.#host.warn("a presence listener threw", {
        message: error instanceof Error ? error.message : String(error)
      })
    }
  }
}
