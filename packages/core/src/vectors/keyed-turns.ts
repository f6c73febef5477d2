/** Lets work under one key run one after the other. Where nobody else is, it begins at once. */
export class KeyedTurns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs the work after all that was begun under this key before. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const done = before === undefined ? work() : before.then(work, work)
    this.#last.set(key, done)
    try {
      return await done
    } finally {
      if (this.#last.get(key) === done) this.#last.delete(key)
    }
  }
}
