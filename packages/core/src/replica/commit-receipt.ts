/**
 * The promise that something applied here becomes durable, at a log position known then. It is made when somebody asks
 * for it: for most keystrokes nobody does.
 */
export class CommitReceipt {
  #outcome: { readonly position: number } | { readonly error: unknown } | undefined
  #waiting: PromiseWithResolvers<number> | undefined

  get durable(): Promise<number> {
    if (this.#waiting === undefined) {
      this.#waiting = Promise.withResolvers()
      // Nobody has to wait for it: an unobserved failure shows in the document's `blocked`, not as a crash.
      this.#waiting.promise.catch(() => {})
      this.#tell()
    }
    return this.#waiting.promise
  }

  settle(position: number): void {
    this.#outcome ??= { position }
    this.#tell()
  }

  fail(error: unknown): void {
    this.#outcome ??= { error }
    this.#tell()
  }

  #tell(): void {
    if (this.#waiting === undefined || this.#outcome === undefined) return
    if ("position" in this.#outcome) this.#waiting.resolve(this.#outcome.position)
    else this.#waiting.reject(this.#outcome.error)
  }
}
