import { type Alignment, MOVED } from "./alignment.ts"
import { CopySources } from "./copy-sources.ts"
import type { DiffContext } from "./diff-context.ts"
import { ElementOrder } from "./element-order.ts"
import { measureJson } from "./measure-json.ts"

// A copy names a second path instead of a value; shorter values than this gain next to nothing.
const COPY_BYTES = 16

/**
 * Writes the operations that put every element in its place: removals, then from left to right what moves and what is
 * new. Afterwards element `i` is the origin of element `i` of the new array, for its content to be edited.
 *
 * O(log n) an operation. Indices are right for operations applied one after the other.
 */
export function writeArrayScript(context: DiffContext, alignment: Alignment): void {
  const { writer } = context
  const path = writer.pointer()
  writeRemovals(context, alignment, path)
  const { b, bStart, bEnd, origins, marks } = alignment
  const sizes = newSizes(alignment, path)
  const large = context.moves
    ? b.slice(bStart, bEnd).filter((_, j) => (sizes[j] ?? 0) > path.length + COPY_BYTES)
    : []
  if (large.length > 0 || marks.some(mark => (mark & MOVED) !== 0)) {
    new Arranger(context, alignment, path, large).write(sizes)
    return
  }
  for (let j = 0; j < origins.length; j++) {
    if (origins[j] === -1) writer.add(`${path}/${bStart + j}`, b[bStart + j], sizes[j] ?? 0)
  }
}

function writeRemovals({ writer }: DiffContext, { a, aStart, taken }: Alignment, path: string): void {
  let removed = 0
  for (let i = 0; i < taken.length; i++) {
    if (taken[i] === 1) continue
    // What goes is no part of the patch, but what is no JSON is refused wherever it is met.
    measureJson(a[aStart + i], Infinity, path, aStart + i)
    writer.remove(`${path}/${aStart + i - removed}`)
    removed++
  }
}

/** Bytes of each new element; 0 for the others. */
function newSizes({ b, bStart, origins }: Alignment, path: string): Float64Array {
  const sizes = new Float64Array(origins.length)
  for (let j = 0; j < origins.length; j++) {
    if (origins[j] === -1) sizes[j] = measureJson(b[bStart + j], Infinity, path, bStart + j)
  }
  return sizes
}

/** Rearranges from left to right, each element put right behind the one that precedes it in the new array. */
class Arranger {
  readonly #context: DiffContext
  readonly #alignment: Alignment
  readonly #path: string
  readonly #order: ElementOrder
  readonly #sources: CopySources | undefined
  /** Slot of the last element that stays; what comes next is put behind it. */
  #slot = 0

  constructor(context: DiffContext, alignment: Alignment, path: string, large: readonly unknown[]) {
    this.#context = context
    this.#alignment = alignment
    this.#path = path
    this.#order = new ElementOrder(alignment.taken)
    this.#sources = large.length > 0 ? new CopySources(context, alignment, this.#order, large) : undefined
  }

  write(sizes: Float64Array): void {
    const { aStart, origins, marks } = this.#alignment
    for (let j = 0; j < origins.length; j++) {
      const at = (origins[j] ?? 0) - aStart
      if (origins[j] === -1) this.#insert(j, sizes[j] ?? 0)
      else if (((marks[j] ?? 0) & MOVED) !== 0) this.#move(at)
      else this.#slot = at + 1
    }
  }

  #insert(j: number, bytes: number): void {
    const { b, bStart } = this.#alignment
    const value = b[bStart + j]
    const index = this.#next()
    const from = bytes > this.#path.length + COPY_BYTES ? (this.#sources?.find(value) ?? -1) : -1
    if (from === -1) this.#context.writer.add(`${this.#path}/${index}`, value, bytes)
    else this.#context.writer.take("copy", `${this.#path}/${from}`, `${this.#path}/${index}`)
    this.#sources?.put(value, this.#slot)
    this.#order.change(this.#slot, 1)
  }

  #move(at: number): void {
    const from = this.#alignment.aStart + this.#order.before(at + 1)
    this.#order.change(at + 1, -1)
    const to = this.#next()
    if (from !== to) this.#context.writer.take("move", `${this.#path}/${from}`, `${this.#path}/${to}`)
    this.#sources?.moved(at, this.#slot)
    this.#order.change(this.#slot, 1)
  }

  /** Index behind everything that is in place. */
  #next(): number {
    return this.#alignment.aStart + this.#order.before(this.#slot + 1)
  }
}
