import type { SeededRandom } from "../seeded-random.ts"

/** What a network may deliver once more: the writes of the last while. */
const maxFormer = 12

/** Writes that were done, to be done again. */
export class FormerCalls {
  #calls: (() => Promise<unknown>)[] = []

  add(land: () => Promise<unknown>): void {
    this.#calls = [...this.#calls, land].slice(-maxFormer)
  }

  /** Any of them; nothing where there are none. */
  pick(random: SeededRandom): (() => Promise<unknown>) | undefined {
    return this.#calls[random.integer(this.#calls.length)]
  }

  /** They were on their way to what is not there any more. */
  forget(): void {
    this.#calls = []
  }
}
