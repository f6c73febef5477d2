/** A quick test that elements pass which could equal one of some wanted ones. */
export class CopyProbe {
  /** For the names of telling members, the values wanted under them. */
  readonly #members = new Map<string, Set<unknown>>()
  readonly #scalars = new Set<unknown>()
  /** Whether something wanted has nothing to tell it by, so that every container may equal it. */
  #passAll = false

  constructor(wanted: readonly unknown[]) {
    for (const value of wanted) {
      if (typeof value !== "object" || value === null) this.#scalars.add(value)
      else this.#want(value)
    }
  }

  /** Wrong only in that it may pass an element that equals none. */
  passes(element: unknown): boolean {
    if (typeof element !== "object" || element === null) return this.#scalars.has(element)
    if (this.#passAll) return true
    for (const [name, values] of this.#members) {
      if (values.has((element as Readonly<Record<string, unknown>>)[name])) return true
    }
    return false
  }

  #want(container: object): void {
    for (const [name, member] of Object.entries(container)) {
      if (typeof member !== "string" && typeof member !== "number") continue
      const values = this.#members.get(name) ?? new Set()
      this.#members.set(name, values.add(member))
      return
    }
    this.#passAll = true
  }
}
