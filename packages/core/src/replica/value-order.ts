import type { ValueWrite } from "../store/store.ts"

/** Small values that were given together, on their way to the store. */
export interface GivenValues {
  readonly writes: readonly ValueWrite[]
  /** Grows with each time values are given. */
  readonly number: number
}

/** What is known of a key as long as something given for it waits. */
interface WaitingKey {
  waiting: number
  /** Number of what was written there last. */
  written: number
}

/**
 * Keeps small values in the order in which they were given. Appends take them in another one: by document, by origin, later where one failed. Under each
 * key must lie what was given last of all that is written, so a write that comes after one given later is left out. Takes memory for what waits only.
 */
export class ValueOrder {
  readonly #keys = new Map<string, WaitingKey>()
  #number = 0

  /** Takes values in; each is to be `wrote` or `giveUp` in the end. */
  give(writes: readonly ValueWrite[]): GivenValues {
    for (const write of writes) {
      const name = nameOf(write)
      const key = this.#keys.get(name)
      if (key === undefined) this.#keys.set(name, { waiting: 1, written: 0 })
      else key.waiting++
    }
    return { writes, number: ++this.#number }
  }

  /** What an append that takes all of these has to write: one value for a key at most. */
  due(given: readonly GivenValues[]): readonly ValueWrite[] {
    const due = new Map<string, ValueWrite>()
    for (const { writes, number } of given.toSorted((a, b) => a.number - b.number))
      for (const write of writes) {
        const name = nameOf(write)
        if ((this.#keys.get(name)?.written ?? 0) < number) due.set(name, write)
      }
    return [...due.values()]
  }

  /** That append is durable. */
  wrote(given: readonly GivenValues[]): void {
    for (const { writes, number } of given)
      for (const write of writes) {
        const key = this.#keys.get(nameOf(write))
        if (key !== undefined) key.written = Math.max(key.written, number)
      }
    this.giveUp(given)
  }

  /** These are not waited for any more. */
  giveUp(given: readonly GivenValues[]): void {
    for (const { writes } of given)
      for (const write of writes) {
        const name = nameOf(write)
        const key = this.#keys.get(name)
        if (key !== undefined && --key.waiting === 0) this.#keys.delete(name)
      }
  }
}

/** Of commits that wait. */
export function givenWithCommits(
  commits: readonly { readonly given?: GivenValues | undefined }[]
): GivenValues[] {
  return commits.flatMap(({ given }) => given ?? [])
}

/** A space may hold any character: its length says where it ends. */
function nameOf({ space, key }: ValueWrite): string {
  return `${space.length} ${space}${key}`
}
