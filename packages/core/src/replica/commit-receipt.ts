/** The promise that something applied here becomes durable, at a log position known then. */
export class CommitReceipt {
  readonly durable: Promise<number>
  #resolve: (position: number) => void = () => {}
  #reject: (error: unknown) => void = () => {}

  constructor() {
    this.durable = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Nobody has to wait for it: an unobserved failure shows in the document's `blocked`, not as a crash.
    this.durable.catch(() => {})
  }

  settle(position: number): void {
    this.#resolve(position)
  }

  fail(error: unknown): void {
    this.#reject(error)
  }
}
