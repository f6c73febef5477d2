import type { DocumentId } from "../../document/document-id.ts"

/** A connection over which commits of some documents may come from one machine to another. */
export interface Way {
  readonly from: number
  readonly to: number
  readonly allows: (document: DocumentId) => boolean
  /** Whether what is sent now would be taken. */
  readonly isOpen: () => boolean
}

type Held = Map<DocumentId, Set<string>>

/**
 * Which commits may be where, given what was granted when: a commit may be where it was made, and where a way led from there
 * that was open when it was made or later, and further on. Commits are named by their hashes.
 */
export class HoldLedger {
  readonly #held = new Map<number, Held>()
  #ways: readonly Way[] = []

  /** A commit came about on a machine. */
  made(machine: number, document: DocumentId, hash: string): void {
    this.#ways = this.#ways.filter(way => way.isOpen())
    this.#spread(machine, document, hash)
  }

  /** From now on, commits may go that way. */
  open(way: Way): void {
    this.#ways = [...this.#ways.filter(other => other.isOpen()), way]
    for (const [document, hashes] of this.#of(way.from))
      if (way.allows(document)) for (const hash of hashes) this.#spread(way.to, document, hash)
  }

  /** Another machine has all that one has. */
  copy(source: number, target: number): void {
    this.#held.set(target, new Map([...this.#of(source)].map(([id, hashes]) => [id, new Set(hashes)])))
  }

  /** Whether a commit may be there. */
  mayHold(machine: number, document: DocumentId, hash: string): boolean {
    return this.#of(machine).get(document)?.has(hash) === true
  }

  #spread(machine: number, document: DocumentId, hash: string): void {
    const held = this.#of(machine)
    const hashes = held.get(document) ?? new Set()
    if (hashes.has(hash)) return
    held.set(document, hashes.add(hash))
    for (const { from, to, allows } of this.#ways)
      if (from === machine && allows(document)) this.#spread(to, document, hash)
  }

  #of(machine: number): Held {
    const held = this.#held.get(machine) ?? new Map()
    this.#held.set(machine, held)
    return held
  }
}
