import { type DiffContext, sameOnBudget } from "./diff-context.ts"
import { isOddName } from "./odd-name.ts"

// Of members that share a hash this many are compared; more are hardly ever needed.
const MAX_TRIES = 4

/** Finds members of an object by their content. */
export class MemberIndex {
  readonly #context: DiffContext
  readonly #object: Readonly<Record<string, unknown>>
  readonly #namesByHash = new Map<number, string[]>()

  constructor(context: DiffContext, object: Readonly<Record<string, unknown>>, names: Iterable<string>) {
    this.#context = context
    this.#object = object
    for (const name of names) this.add(name)
  }

  /** Makes a member one that can be found. */
  add(name: string): void {
    // Paths with such names are read differently by different implementations.
    if (isOddName(name)) return
    const hash = this.#context.hashes.quick(this.#object[name])
    const names = this.#namesByHash.get(hash)
    if (names === undefined) this.#namesByHash.set(hash, [name])
    else names.push(name)
  }

  /** The name of a member with this content, if there is one and the budget lasts; with `take` it is not found again. */
  find(value: unknown, take: boolean): string | undefined {
    const names = this.#namesByHash.get(this.#context.hashes.quick(value)) ?? []
    for (const [at, name] of names.slice(0, MAX_TRIES).entries()) {
      if (this.#context.budget.remaining === 0) return undefined
      if (!sameOnBudget(this.#context, this.#object[name], value)) continue
      if (take) names.splice(at, 1)
      return name
    }
    return undefined
  }
}
