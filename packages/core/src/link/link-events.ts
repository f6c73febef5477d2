import type { Logger } from "../ports/ports.ts"

/** Listeners of one kind of event. One that throws is logged and does not keep the others from hearing. */
export class LinkEvents<T> {
  readonly #listeners = new Set<(event: T) => void>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  on(listener: (event: T) => void): () => void {
    // Wrapped, so that the same function can be added twice and removed once.
    const entry = (event: T) => listener(event)
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }

  emit(event: T): void {
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#logger.warn("a link listener threw", {
          message: error instanceof Error ? error.message : String(error)
        })
      }
    }
  }
}
