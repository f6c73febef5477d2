/** Words a name and its number take. */
const words = 3

/**
 * What documents were named until lately, as many changes back as a sketch remembers: a comparison sees the set as it was at
 * its beginning, and what it finds may have changed since. 12 bytes each.
 */
export class FormerNames {
  readonly #slots: Int32Array
  #next = 0
  #size = 0

  constructor(capacity: number) {
    this.#slots = new Int32Array(words * capacity)
  }

  /** Bytes held. */
  get byteLength(): number {
    return this.#slots.byteLength
  }

  /** Notes that a document does not have this name any more. */
  add(name: Uint8Array, number: number): void {
    this.#slots.set([word(name, 0), word(name, 4), number], this.#next)
    this.#next = (this.#next + words) % this.#slots.length
    this.#size = Math.min(this.#slots.length, this.#size + words)
  }

  /** Whose name it was. Goes through all of them. */
  get(name: Uint8Array): number[] {
    const [high, low] = [word(name, 0), word(name, 4)]
    const found: number[] = []
    for (let at = 0; at < this.#size; at += words)
      if (this.#slots[at] === high && this.#slots[at + 1] === low) found.push(this.#slots[at + 2] ?? 0)
    return found
  }
}

function word(name: Uint8Array, at: number): number {
  return (
    ((name[at] ?? 0) << 24) | ((name[at + 1] ?? 0) << 16) | ((name[at + 2] ?? 0) << 8) | (name[at + 3] ?? 0)
  )
}
