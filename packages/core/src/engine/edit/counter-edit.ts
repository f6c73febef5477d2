import type { Path } from "../../document/json.ts"
import { checkStep, stepTo } from "../../document/count.ts"
import { coreError } from "../../errors/core-error.ts"
import type { ContainerRef } from "../../document/operation.ts"
import type { CounterTarget } from "./container-target.ts"
import type { EditNode } from "./edit-node.ts"

/** A counter under edit; see {@link EditNode}. */
export class CounterEdit implements EditNode {
  readonly kind = "counter"
  readonly #locate: () => CounterTarget | undefined
  readonly #genesis: ContainerRef | undefined
  readonly #counter: CounterTarget | undefined
  #by = 0

  /** `locate` finds the counter; perhaps only after `prepare`, if it is not there yet (`genesis`). */
  constructor(locate: () => CounterTarget | undefined, genesis?: ContainerRef) {
    this.#locate = locate
    this.#genesis = genesis
    this.#counter = locate()
  }

  child(): undefined {
    return undefined
  }

  /** @throws SynclineError `value-unsupported` for a step that is no safe integer, or leads to what is none. */
  add(by: number, path: Path): void {
    checkStep(this.#value, by, path)
    const all = this.#by + by
    if (!Number.isSafeInteger(all) || this.#counter?.takes(all) === false)
      throw coreError(
        "value-unsupported",
        `the counter at ${JSON.stringify(path)} cannot take ${by} more: all steps of this replica would add up to more than ±(2^53 - 1)`,
        { details: { path } }
      )
    this.#by = all
  }

  /** Counts to a value. */
  countTo(value: number, path: Path): void {
    this.add(stepTo(this.#value, value, path), path)
  }

  /** What is made anew is never a counter. */
  replaceContent(): boolean {
    return false
  }

  prepare(genesis: ContainerRef[]): boolean {
    if (this.#by === 0) return false
    if (this.#genesis !== undefined) genesis.push(this.#genesis)
    return true
  }

  flush(): void {
    if (this.#by !== 0) this.#locate()?.add(this.#by)
  }

  get #value(): number {
    return (this.#counter?.value ?? 0) + this.#by
  }
}
