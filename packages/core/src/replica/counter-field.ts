import type { Path } from "../document/json.ts"
import type { Operation } from "../document/operation.ts"
import { valueAt } from "../document/value-at.ts"
import { coreError } from "../errors/core-error.ts"
import type { CommitHandle } from "./commit-handle.ts"
import type { ChangeOptions } from "./document.ts"
import type { DocumentState } from "./document-state.ts"

/**
 * Where a counter can be: the keys that lead to a number. Counters are declared, so keys that a type does not name lead to
 * none; any path where it names no keys at all.
 */
export type CounterPath<Value> = [KnownKey<Value>] extends [never]
  ? readonly string[]
  : { [K in KnownKey<Value>]: KeyPath<K, NonNullable<Value[K]>> }[KnownKey<Value>]

/** The keys that a type names, index signatures left out. */
type KnownKey<Value> = Extract<
  keyof { [K in keyof Value as string extends K ? never : number extends K ? never : K]: true },
  string & keyof Value
>

type KeyPath<K extends string, Member> = number extends Member
  ? readonly [K]
  : Member extends number
    ? readonly [K]
    : Member extends readonly unknown[] | string | boolean
      ? never
      : readonly [K, ...CounterPath<Member>]

/** A counter inside a document. */
export class CounterField {
  readonly path: Path
  readonly #state: DocumentState
  readonly #execute: (operation: Operation, options: ChangeOptions) => CommitHandle

  /** Counter fields come from `document.counter`. */
  constructor(
    path: Path,
    state: DocumentState,
    execute: (operation: Operation, options: ChangeOptions) => CommitHandle
  ) {
    this.path = path
    this.#state = state
    this.#execute = execute
  }

  /**
   * The sum now, a safe integer: of a sum beyond ±(2⁵³ − 1), to which concurrent steps may lead, the bound.
   *
   * @throws SynclineError `path-invalid` where there is no counter.
   */
  get value(): number {
    const { document, id } = this.#state
    if (document.kindAt(this.path) !== "counter")
      throw coreError(
        "path-invalid",
        `there is no counter at "${this.path.join("/")}" of "${id}"; declare it in the collection's fields`
      )
    return Number(valueAt(this.#state.value, this.path))
  }

  /**
   * Adds `by`, as one commit. What others add at the same time stays.
   *
   * @throws SynclineError `path-invalid` where there is no counter, `value-unsupported` for a step that is no safe integer
   *   or leads to what is none, and what `document.change` throws.
   */
  increment(by = 1, options: ChangeOptions = {}): CommitHandle {
    return this.#execute({ op: "increment", path: this.path, by }, options)
  }

  /** Subtracts `by`; see {@link CounterField.increment}. */
  decrement(by = 1, options: ChangeOptions = {}): CommitHandle {
    return this.increment(-by, options)
  }
}
