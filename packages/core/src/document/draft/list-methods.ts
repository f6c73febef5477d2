import { spliceList } from "./assign.ts"
import type { ListNode, Member } from "./draft-node.ts"
import type { Drafts } from "./drafts.ts"
import { membersOfList } from "./members.ts"

/** The array methods that change a list. Reading ones are those of arrays, which work on any array-like. */
export class ListMethods {
  readonly table: Readonly<Record<string, (...args: unknown[]) => unknown>>
  readonly #drafts: Drafts
  readonly #node: ListNode

  constructor(drafts: Drafts, node: ListNode) {
    this.#drafts = drafts
    this.#node = node
    this.table = {
      push: (...inputs) => this.#insert(this.#node.length, inputs),
      unshift: (...inputs) => this.#insert(0, inputs),
      pop: () => this.#remove(this.#node.length - 1, 1)[0],
      shift: () => this.#remove(0, 1)[0],
      splice: (...args) => this.#splice(args)
    }
  }

  #insert(index: number, inputs: readonly unknown[]): number {
    this.#replace(index, 0, inputs)
    return this.#node.length
  }

  #remove(index: number, count: number): unknown[] {
    return this.#node.length === 0 ? [] : this.#replace(index, count, [])
  }

  #splice(args: readonly unknown[]): unknown[] {
    const { length } = this.#node
    const start = Math.trunc(Number(args[0] ?? 0)) || 0
    const index = start < 0 ? Math.max(0, length + start) : Math.min(start, length)
    // As for arrays: no count means the rest, no argument at all nothing.
    const count = args.length < 2 ? (args.length === 0 ? 0 : length) : Math.trunc(Number(args[1])) || 0
    return this.#replace(index, Math.min(Math.max(0, count), length - index), args.slice(2))
  }

  /** What is removed is returned as plain values, or as drafts that no longer change anything. */
  #replace(index: number, count: number, inputs: readonly unknown[]): unknown[] {
    const { recorder } = this.#drafts
    recorder.mustRun()
    const members = inputs.map(
      (input, offset): Member => this.#drafts.read(input, this.#node, index + offset)
    )
    if (count > 0) membersOfList(recorder, this.#node, index, count)
    return spliceList(recorder, this.#node, index, count, members).map(member => this.#drafts.show(member))
  }
}
