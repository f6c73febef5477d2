/**
 * Lets reads run beside each other and writes alone, in the order of their calls. What is in memory and what is in the
 * database then are of one moment for whoever has the turn.
 */
export class Turns {
  #writes: Promise<unknown> = Promise.resolve()
  #reads: Set<Promise<unknown>> = new Set()

  /** After all writes called before. */
  read<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#writes.then(action)
    const settled = result.then(ignore, ignore)
    this.#reads.add(settled)
    void settled.then(() => this.#reads.delete(settled))
    return result
  }

  /** After everything called before. */
  write<T>(action: () => Promise<T>): Promise<T> {
    const result = Promise.all([this.#writes, ...this.#reads]).then(action)
    this.#writes = result.then(ignore, ignore)
    return result
  }
}

function ignore(): void {}
